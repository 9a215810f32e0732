using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation;

[Collection(TorchTests.Name)]
public sealed class InferenceTests
{
    private const int Count = 1100;

    private static readonly Compute Cpu = new(CPU, Bf16: false);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mode_and_statistics_of_the_network_are_unchanged(bool training)
    {
        using var scope = NewDisposeScope();
        using var bank = Bank();
        using var network = Network();
        network.train(training);
        Inference.Run(network, bank, [.. Enumerable.Range(0, 20)], Cpu);

        Assert.All(network.modules(), module => Assert.Equal(training, module.training));
        Assert.All(network.state_dict(), entry => Close.Exactly(Pattern.Weight(entry.Key, entry.Value.shape), entry.Value));
    }

    [Fact]
    public void Mode_is_restored_if_the_network_throws()
    {
        using var scope = NewDisposeScope();
        using var bank = Bank();
        using var network = nn.Sequential(nn.Linear(3, 3));
        network.train();

        Assert.ThrowsAny<Exception>(() => Inference.Run(network, bank, [0], Cpu));
        Assert.True(network.training);
    }

    [Fact]
    public void Outputs_do_not_depend_on_batches()
    {
        using var scope = NewDisposeScope();
        using var bank = Bank();
        using var network = Network();
        int[] backwards = [.. Enumerable.Range(0, Count).Reverse()];
        var outputs = Inference.Run(network, bank, backwards, Cpu);

        Assert.False(outputs.requires_grad);

        network.eval();

        Close.To(network.forward(bank.Take(backwards)).detach(), outputs, 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_number_of_workers_gives_the_same_bits_and_leaks_no_tensor(bool bf16)
    {
        using var scope = NewDisposeScope();
        using var bank = Bank(side: 20);
        using var generator = new Generator(1);
        using var network = new ResNet(new NetworkOptions(Architecture.ResNet50, 1.0 / 16, Stem.Half), 1, 10, generator);
        Pattern.Fill(network);
        int[] all = [.. Enumerable.Range(0, Count)];
        var compute = new Compute(CPU, bf16);
        var one = Inference.Run(network, bank, all, compute, workers: 1);
        var ready = Tensor.TotalCount;

        Assert.All([2, 3, 1], workers =>
        {
            using var each = NewDisposeScope();
            Close.Exactly(one, Inference.Run(network, bank, all, compute, workers: workers));
        });
        Assert.Equal(ready, Tensor.TotalCount);
    }

    [Fact]
    public void Progress_is_reported_in_order_and_can_stop_the_run()
    {
        using var scope = NewDisposeScope();
        using var bank = Bank();
        using var network = Network();
        var reports = new List<int>();
        int[] all = [.. Enumerable.Range(0, Count)];
        Inference.Run(network, bank, all, Cpu, reports.Add, workers: 3);

        Assert.Equal([500, 1000, Count], reports);

        network.train();

        Assert.Throws<OperationCanceledException>(
            () => Inference.Run(network, bank, all, Cpu, _ => throw new OperationCanceledException(), workers: 2));
        Assert.True(network.training);
    }

    [Theory]
    [InlineData(28, 500)]
    [InlineData(64, 128)]
    [InlineData(224, 10)]
    [InlineData(4096, 1)]
    public void CPU_batches_of_large_images_are_small(int side, int expected) =>
        Assert.Equal(expected, Inference.BatchSize(new ImageShape(3, side, side), Cpu));

    [Theory]
    [InlineData(1, 224, 167)]
    [InlineData(0.25, 224, 512)]
    [InlineData(2, 224, 83)]
    [InlineData(1, 28, 512)]
    [InlineData(1, 8192, 1)]
    public void GPU_batch_size_depends_on_the_width_of_the_network(double width, int side, int expected)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var gpu = new Compute(new Device(DeviceType.CUDA), false);
        var options = new NetworkOptions(Architecture.ResNet18, width, Stem.ImageNet);
        using var network = new FineTunedNetwork(options, new HeadOptions(3, 128), 0, 3, 10, generator);

        Assert.Equal(expected, Inference.BatchSize(new ImageShape(3, side, side), gpu, network));
    }

    [Theory]
    [InlineData(Stem.Small, 256)]
    [InlineData(Stem.Half, 64)]
    [InlineData(Stem.Quarter, 16)]
    public void First_stage_has_the_widest_feature_maps(Stem stem, double expected) =>
        Assert.Equal(expected, new NetworkOptions(Architecture.ResNet50, 1, stem).ValuesPerPixel);

    [Fact]
    public void GPU_has_two_workers() => Assert.Equal(2, Inference.Workers(new Compute(new Device(DeviceType.CUDA), true)));

    [Fact]
    public void Accuracy_is_a_percentage()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { 1f, 2, 0, -1, -2, -3, 0, 1, 5, 4, 3, 2 }, [4, 3]);
        Assert.Equal(75, Accuracy.Top1(logits, tensor(new long[] { 1, 0, 2, 1 })));
        Assert.Equal(0, Accuracy.Top1(logits, tensor(new long[] { 0, 1, 1, 1 })));
    }

    [Fact]
    public void Accuracy_of_a_bank_covers_all_images()
    {
        using var scope = NewDisposeScope();
        using var bank = Bank();
        using var network = Network();
        network.eval();
        var guesses = network.forward(bank.Take(Enumerable.Range(0, Count))).argmax(1).data<long>().ToArray();
        var expected = 100.0 * guesses.Where((guess, i) => guess == bank.Images.Labels[i]).Count() / Count;

        Assert.Equal(expected, Accuracy.Top1(network, bank, Cpu), 1e-9);
        Assert.InRange(expected, 5, 95);
    }

    private static Sequential Network()
    {
        var network = nn.Sequential(("flat", nn.Flatten()), ("norm", nn.BatchNorm1d(4)), ("out", nn.Linear(4, 3)));
        Pattern.Fill(network);
        return network;
    }

    private static ImageBank Bank(int side = 2) => ImageBank.Open(
        new ImageSet(
            "x",
            new ImageShape(1, side, side),
            [.. Enumerable.Range(0, Count * side * side).Select(i => (byte)(i * 31 % 251))],
            [.. Enumerable.Range(0, Count).Select(i => i % 3)],
            ["a", "b", "c"]),
        CPU);
}
