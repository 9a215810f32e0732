using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

/// <summary>Compares the two forms of every operation: view by view, and in passes over a whole batch.</summary>
[Collection(TorchTests.Name)]
public sealed class HostBankTests
{
    private const int Count = 90;
    private static readonly RandomKey Key = RandomKey.FromSeed(4).Fold("host bank");
    private static readonly CropOptions Crops = new((0.08, 1), (0.75, 4.0 / 3), 0.5);
    private static readonly Jitter Jitter = new(0.8, 0.8, 0.8, 0.8, 0.4);
    private static readonly ViewOperation[] All =
    [
        new Flip(0.5), Jitter, new Grayscale(0.2), new Blur(0.5, (0.1, 2)), new Flip(0), new Flip(0.5), new Blur(0.3, (1, 2)), Jitter,
        new Shift(0.7, 0.2),
    ];

    // Values are rounded to 8 bits, and a value halfway would be rounded up in one form and down in the other after other operations.
    private static readonly ViewOperation[] OfBytes =
        [new Shift(1, 0.125), new RandAugment(0.9, RandAugmentPolicy.FixMatch, 2, 0.8, 0.5, 0.25), new Flip(0.5)];

    [Theory]
    [InlineData(1, 28, 28, null)]
    [InlineData(3, 32, 32, null)]
    [InlineData(1, 7, 5, null)]
    [InlineData(3, 7, 5, null)]
    [InlineData(3, 5, 7, 12)]
    [InlineData(1, 28, 28, 13)]
    [InlineData(3, 9, 64, 48)]
    [InlineData(1, 64, 63, null)]
    [InlineData(3, 2, 2, null)]
    public void View_form_matches_the_batch_form(int channels, int height, int width, int? size)
    {
        using var scope = NewDisposeScope();
        var images = Images(channels, height, width);
        Compare(images, Crops, [], size);
        Compare(images, null, [], size);
        Compare(images, new CropOptions((1, 1), ((double)1, 1), 1), [], size);
        foreach (var operation in All)
        {
            Compare(images, null, [operation], size);
        }

        Compare(images, Crops, All, size);
        if (size is null)
        {
            Compare(images, null, OfBytes, size);
        }
    }

    [Fact]
    public void Every_operation_with_a_view_form_is_compared()
    {
        var types = typeof(ISingleView).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(ISingleView)));

        Assert.Equal(types.ToHashSet(), All.Concat(OfBytes).Select(operation => operation.GetType()).ToHashSet());
    }

    [Fact]
    public void List_with_an_operation_without_view_form_runs_in_batch_form()
    {
        using var scope = NewDisposeScope();
        ViewOperation[] operations = [Jitter, new Cutout(0.5, (0.2, 0.5), 0.5), new Noise(0.5, (0.02, 0.1)), new Blur(1, (1, 2))];
        Compare(Images(3, 12, 10), Crops, operations, null);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Number_of_threads_changes_no_bit(int channels)
    {
        using var scope = NewDisposeScope();
        var images = Images(channels, 28, 28);
        using var one = new HostBank(images, (InMemoryPixels)images.Pixels, threads: 1);
        var batch = Plan(one, Crops, All, null);
        var expected = one.Cut(batch);
        foreach (var threads in new[] { 2, 3 })
        {
            using var bank = new HostBank(images, (InMemoryPixels)images.Pixels, threads);
            for (var repeat = 0; repeat < 5; repeat++)
            {
                Close.Exactly(expected, bank.Cut(batch));
            }
        }

        for (var i = 0; i < Count; i++)
        {
            Close.Exactly(expected.narrow(0, i, 1), one.Cut(batch with { Views = [batch.Views[i]] }));
        }
    }

    [Fact]
    public void Whole_images_keep_their_bits()
    {
        using var scope = NewDisposeScope();
        var images = Images(3, 7, 5);
        var (one, other) = Banks(images);
        using (one)
        using (other)
        {
            Close.Exactly(other.Take([5, 0, 5]), one.Take([5, 0, 5]));
        }

        Assert.Equal([0, 3, 7, 5], one.Take([]).shape);
    }

    [Fact]
    public void CPU_opens_a_host_bank_that_leaks_no_tensor()
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(Images(1, 28, 28), CPU, threads: 2);

        Assert.IsType<HostBank>(bank);

        var batch = Plan(bank, Crops, All, null);
        bank.Cut(batch).Dispose();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        bank.Cut(batch).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static void Compare(ImageSet images, CropOptions? crops, ViewOperation[] operations, int? size)
    {
        using var scope = NewDisposeScope();
        var (one, other) = Banks(images);
        using (one)
        using (other)
        {
            var batch = Plan(one, crops, operations, size);
            // grid_sample computes positions in fp32, relative to the image, so their error grows with its size.
            var tolerance = images.Shape.Width > 32 ? 2e-5 : 1e-5;
            Close.To(other.Cut(batch), one.Cut(batch), tolerance);
        }
    }

    private static (HostBank One, ResidentBank Other) Banks(ImageSet images) =>
        (new HostBank(images, (InMemoryPixels)images.Pixels, threads: 2), new ResidentBank(images, (InMemoryPixels)images.Pixels, CPU));

    private static ViewBatch Plan(ImageBank bank, CropOptions? crops, ViewOperation[] operations, int? size) =>
        new([.. Enumerable.Range(0, Count).Select(i => bank.Draw(i % 11, crops, Key.Fold(i)))], size) { Operations = operations };

    /// <summary>Returns random images, and one each of black, of white and with a constant channel.</summary>
    private static ImageSet Images(int channels, int height, int width)
    {
        var shape = new ImageShape(channels, height, width);
        var bytes = Enumerable.Range(0, 11 * shape.Size).Select(i => (byte)Key.Below(i, 256)).ToArray();
        bytes.AsSpan(0, shape.Size).Clear();
        bytes.AsSpan(shape.Size, shape.Size).Fill(255);
        bytes.AsSpan(2 * shape.Size, shape.Size / channels).Fill(200);
        return new ImageSet("small", shape, bytes, new int[11], ["a"]);
    }
}
