using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Tests.Datasets;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

/// <summary>Tests that the rows of a step are the same whether they are made together or in parts.</summary>
[Collection(TorchTests.Name)]
public sealed class StepViewsTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("parts");
    private static readonly CropOptions Crops = new((0.3, 1), (0.75, 4.0 / 3), 0.5);

    // The second list has no view form, so it runs in batch form, as all do on a GPU.
    private static readonly ViewOperation[][] Lists =
    [
        [new Flip(0.5), new Blur(0.5, (0.5, 2))],
        [new Blur(0.5, (0.5, 2)), new Cutout(0.5, (0.1, 0.4), 0.5), new Noise(0.5, (0.1, 0.2))],
    ];

    [Fact]
    public void Parts_of_images_in_memory_are_those_of_the_whole_step()
    {
        using var bank = ImageBank.Open(SampleData.Train, CPU, threads: 2);
        AssertPartsEqualWhole(bank);
    }

    [Fact]
    public void Parts_of_images_in_files_are_those_of_the_whole_step()
    {
        using var photos = new PhotoFolder();
        using var bank = ImageBank.Open(photos.Open().Train(), CPU, threads: 2);
        AssertPartsEqualWhole(bank);
    }

    [Fact]
    public void Rows_can_be_taken_at_any_places()
    {
        using var scope = NewDisposeScope();
        using var inputs = StepInputs.Of(arange(20).reshape(10, 2));
        Assert.Equal([2L, 3, 8, 9, 10, 11], inputs.At([1, 4, 5]).flatten().data<long>().ToArray());
        Assert.Equal([6L, 7, 8, 9], inputs.At([3, 4]).flatten().data<long>().ToArray());
        Assert.Equal([6L, 7, 8, 9, 10, 11], inputs.Group(1, 3).flatten().data<long>().ToArray());
    }

    private static void AssertPartsEqualWhole(ImageBank bank)
    {
        foreach (var operations in Lists)
        {
            AssertPartsEqualWhole(bank, operations);
        }
    }

    private static void AssertPartsEqualWhole(ImageBank bank, ViewOperation[] operations)
    {
        using var scope = NewDisposeScope();
        using var loader = new ViewLoader(bank, Plan, steps: 3);
        var expected = loader.At(1);
        using var inputs = loader.InputsAt(1);
        foreach (var groups in new[] { 1, 2, 3, 5 })
        {
            var parts = Enumerable.Range(0, groups).Select(group => inputs.Group(group, groups)).ToArray();
            Close.Exactly(expected, cat(parts));
            Close.Exactly(parts[^1], inputs.Group(groups - 1, groups));
        }

        ViewBatch Plan(long step) => new(
            [.. Enumerable.Range(0, 11).Select(row => bank.Draw((int)step + row, Crops, Key.Fold(step).Fold(row)))])
        {
            Operations = operations,
        };
    }
}
