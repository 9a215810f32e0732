using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Learning.Native;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Rivals;
using Distill.Rivals.BigBiGan;
using Distill.Rivals.Cpc;
using Distill.Rivals.InstDisc;
using Distill.Rivals.Memory;
using Distill.Rivals.Pirl;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

/// <summary>The memory that methods say they need, against what a step takes.</summary>
[Collection(TorchTests.Name)]
public sealed class MethodMemoryTests
{
    // Large enough that what other tests left in the process does not count.
    private const int Batch = 1024;
    private static readonly ImageShape Shape = new(1, 32, 32);
    private static readonly MemoryOptions Memory = new(16, Temperature: 0.1, Momentum: 0.5);
    private static readonly AugmentationOptions Views = new(new CropOptions((0.5, 1), (1, 1), 0.5), []);
    private static readonly TrainingOptions Training = new(5, Batch, OptimizerOptions.Default);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Bank_and_its_similarities(int views)
    {
        using var scope = NewDisposeScope();
        const int count = 100_000;
        var method = views == 1
            ? (EncoderRival)new InstDiscOptions(TinyDataset.Network, Memory, Views, Training)
            : new PirlOptions(TinyDataset.Network, Memory, Views, Training);
        using var bank = new MemoryBank(Memory, count, RandomKey.FromSeed(0), CPU);
        var images = NewTensors.Range(Batch, CPU);
        var planned = method.MemoryBeside(Shape, count);

        AssertNear(planned.LossBytes, () => Mean().backward());
        Assert.Equal(bank.Entries_NP.numel() * bank.Entries_NP.element_size(), planned.StateBytes);
        Assert.Equal(planned.StateBytes, planned.SavedBytes);

        Tensor Mean()
        {
            using var inner = NewDisposeScope();
            return stack([.. Enumerable.Range(0, views).Select(_ => bank.Loss(rand([Batch, 16], requires_grad: true), images))]).mean()
                .MoveToOuterDisposeScope();
        }
    }

    [Fact]
    public void Scores_of_patches()
    {
        using var scope = NewDisposeScope();
        const int batch = Batch / 4;
        var method = new CpcOptions(TinyDataset.Network, 8, Views, Training with { BatchSize = batch });
        var apart = PatchGrid.Of(Shape.Height).Apart;
        AssertNear(method.MemoryBeside(Shape, images: 1).LossBytes, () =>
        {
            var outputs = rand([batch, 5 * PatchGrid.PerSide * PatchGrid.PerSide * 8], requires_grad: true);
            CpcLoss.Of(outputs, apart).backward();
        });
    }

    [Fact]
    public void Generator_and_discriminator()
    {
        using var scope = NewDisposeScope();
        // A convolution copies its maps into blocks of up to 16 channels, as wide as the registers. A block that is not full is memory that
        // the plan does not know of.
        const int width = 16;
        var method = new BigBiGanOptions(TinyDataset.Network, 32, width, OptimizerOptions.Default, Views, Training);
        using var adversaries = method.CreateAdversaries(
            Shape.Channels, new MapSizes(Shape.Height, Shape.Width), StageFixture.Settings.Compute, RandomKey.FromSeed(0));
        var planned = method.MemoryBeside(Shape, images: 1);
        var step = 0;
        AssertNear(planned.LossBytes, () =>
        {
            adversaries.BeginStep();
            adversaries.Learn(step++, rand([Batch, 1, 32, 32]), rand([Batch, 32]), rand([Batch, 32]));
        });
        var saved = adversaries.State.Values.Sum(tensor => tensor.numel() * tensor.element_size());
        Assert.Equal((saved, saved + adversaries.GradientBytes), (planned.SavedBytes, planned.StateBytes));
    }

    private static void AssertNear(long planned, Action step)
    {
        var bytes = 0L;
        ProcessMemory.WithExactAllocations(() => bytes = Enumerable.Range(0, 3).Min(_ => ProcessMemory.PeakOf(() =>
        {
            using var scope = NewDisposeScope();
            step();
        })));
        Assert.InRange(planned / (double)bytes, 0.8, 1.25);
    }
}
