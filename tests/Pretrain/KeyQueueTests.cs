using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Ranks;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Distill.Pretrain;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Pretrain;

/// <summary>Pretraining with a queue of past keys, which is part of the checkpoints.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class KeyQueueTests
{
    private static readonly Compute Cpu = new(CPU, false);

    [Fact]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits()
    {
        using var whole = new TempFolder();
        TinyPretraining.Run(whole, TinyPretraining.Options(keys: 40), new CancellationTokenSource(), cancelAt: null);

        using var interrupted = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => TinyPretraining.Run(interrupted, TinyPretraining.Options(keys: 40), cancellation, cancelAt: 5));
        using var second = new CancellationTokenSource();
        TinyPretraining.Run(interrupted, TinyPretraining.Options(keys: 40), second, cancelAt: null);

        Assert.Equal(FileHash.OfFile(whole[PretrainStage.Output]), FileHash.OfFile(interrupted[PretrainStage.Output]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void Steps_leak_no_tensor(int keys)
    {
        using var folder = new TempFolder();
        var counts = new List<long>();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        TinyPretraining.Run(folder, TinyPretraining.Options(keys, steps: 40), new CancellationTokenSource(), cancelAt: null, counts);

        Assert.Equal(40, counts.Count);
        Assert.All(counts[8..], count => Assert.True(count <= counts[4], $"{counts[4]} tensors after step 5, {count} later"));
    }

    [Fact]
    public void Queue_and_momentum_change_the_weights()
    {
        string[] hashes =
        [
            .. new[]
            {
                TinyPretraining.Options(keys: 0),
                TinyPretraining.Options(keys: 40),
                TinyPretraining.Options(keys: 40, momentum: 0.2),
            }.Select(options =>
            {
                using var folder = new TempFolder();
                TinyPretraining.Run(folder, options, new CancellationTokenSource(), cancelAt: null);
                return FileHash.OfFile(folder[PretrainStage.Output]);
            }),
        ];
        Assert.Equal(3, hashes.Distinct().Count());
    }

    /// <summary>The encoder of these tests has 64 features, and a head would make 8 of them.</summary>
    [Fact]
    public void Without_a_head_the_keys_are_features()
    {
        using var source = new CancellationTokenSource();
        using var folder = new TempFolder();
        TinyPretraining.Run(folder, TinyPretraining.Options(keys: 16, steps: 2, layers: 0), source, cancelAt: null);
        var weights = SafetensorsFile.ReadShapes(folder[PretrainStage.Output]).Keys;
        Assert.DoesNotContain(weights, name => name.StartsWith("head.", StringComparison.Ordinal));
        var saved = Directory.GetFiles(folder.Path, "*.safetensors", SearchOption.AllDirectories).Select(SafetensorsFile.ReadShapes);
        Assert.Contains(saved, file => file.Values.Any(shape => shape.SequenceEqual([16L, 64])));
    }

    [Fact]
    public void Skipped_steps_leave_no_empty_or_stale_keys()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var queue = new KeyQueue(Network(), network, 8, new QueueOptions(20, 0.9), groups: 2, Cpu, Alone.Instance);
        Assert.Null(queue.Keys());

        // Step 1 was skipped: its views are held, and never written.
        foreach (var (step, isTaken) in new[] { (0L, true), (1L, false), (2L, true) })
        {
            queue.Hold(StepInputs.Of(Pattern.Uniform($"views{step}", 8, 1, 28, 28)));
            if (isTaken)
            {
                queue.Update(network, step);
            }
        }

        var keys = queue.Keys()!;
        Assert.Equal([16, 8], keys.shape);
        Close.Relatively(ones(16), keys.norm(1), 1e-5);
    }

    [Fact]
    public void Keys_are_normalized_in_the_groups_of_the_queries()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Network();
        using var plain = Network();
        using var queue = new KeyQueue(Network(), network, 8, new QueueOptions(16, 0.9), groups: 2, Cpu, Alone.Instance);
        var views = Pattern.Uniform("views", 8, 1, 28, 28).clone();
        queue.Hold(StepInputs.Of(views.alias()));
        queue.Update(network, 0);

        // All three networks have the same weights, so the moving average changes none.
        var expected = cat([.. views.chunk(2).Select(part => nn.functional.normalize(plain.forward(part), dim: 1))]);
        Close.To(expected, queue.Keys()!, 1e-6);
    }

    private static ContrastiveNetwork Network() => ContrastiveNetwork.Create(
        new NetworkOptions(Architecture.ResNet18, 0.125, Stem.Small), new HeadOptions(2, 8), 1, Cpu, RandomKey.FromSeed(1));

    [Fact]
    public void Queue_shorter_than_the_views_of_a_batch_is_rejected()
    {
        var message = Assert.Throws<UserException>(() => TinyPretraining.Options(keys: 15)).Message;
        Assert.Contains("pretrain.queue.size", message, StringComparison.Ordinal);
        Assert.Contains("at least 16", message, StringComparison.Ordinal);
    }
}
