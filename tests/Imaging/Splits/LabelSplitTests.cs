using Distill.Datasets.Images;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;
using Tests.Datasets;
using Tests.Pipeline;

namespace Tests.Imaging.Splits;

public sealed class LabelSplitTests
{
    [Fact]
    public void Draw_is_the_same_on_every_machine() =>
        Assert.Equal(
            [150, 268, 544, 585, 612, 613, 657, 749, 791, 924, 956, 1035, 1367, 1810, 2228, 2238, 2250, 2409, 2567, 2634],
            PerClass(2, seed: 0).Indices);

    [Fact]
    public void Draw_is_balanced_and_sorted_and_a_subset_of_a_larger_one()
    {
        var (small, large) = (PerClass(13, seed: 1), PerClass(40, seed: 1));
        Assert.Equal((130, 13, 13), (small.Indices.Count, small.PerClassMin, small.PerClassMax));
        Assert.Equal(small.Indices.Order().Distinct(), small.Indices);
        Assert.Subset(large.Indices.ToHashSet(), small.Indices.ToHashSet());
        Assert.NotEqual(small.Indices, PerClass(13, seed: 2).Indices);
    }

    [Theory]
    [InlineData(0.01, 30, 3, 3)]
    [InlineData(0.011, 33, 3, 4)]
    [InlineData(0.29, 870, 87, 87)]
    [InlineData(0.0001, 10, 1, 1)]
    [InlineData(1, 3000, 300, 300)]
    public void Fraction_is_divided_evenly_among_classes(double fraction, int count, int min, int max)
    {
        var split = LabelSplit.Draw(SampleData.Train, new LabelSplitOptions(fraction, null, null, 0));
        Assert.Equal((count, min, max), (split.Indices.Count, split.PerClassMin, split.PerClassMax));
    }

    [Fact]
    public void Images_without_a_label_are_never_drawn()
    {
        var images = Images([0, ImageSet.Unlabeled, 1, ImageSet.Unlabeled, 0, 1]);
        Assert.Equal([0, 2, 4, 5], LabelSplit.Draw(images, new LabelSplitOptions(1, null, null, 0)).Indices);
    }

    [Fact]
    public void Class_with_too_few_images_is_named()
    {
        Assert.Equal(
            "labels.perClass is 2, but 1 class has fewer labeled images: b (1)",
            Assert.Throws<UserException>(() => LabelSplit.Draw(Images([0, 0, 1]), new LabelSplitOptions(null, 2, null, 0))).Message);
        Assert.Contains(
            "labels: 1 class has no labeled images left to draw: b",
            Assert.Throws<UserException>(() => LabelSplit.Draw(Images([0, 0]), new LabelSplitOptions(0.5, null, null, 0))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void All_classes_with_too_few_images_are_named_up_to_ten()
    {
        var names = Enumerable.Range(0, 14).Select(number => $"c{number}").ToArray();
        var images = new ImageSet("set", new ImageShape(1, 1, 1), new byte[3], [13, 13, 12], names);

        Assert.Equal(
            "labels.perClass is 2, but 13 classes have fewer labeled images: "
                + "c0 (0), c1 (0), c2 (0), c3 (0), c4 (0), c5 (0), c6 (0), c7 (0), c8 (0), c9 (0) and 3 more",
            Assert.Throws<UserException>(() => LabelSplit.Draw(images, new LabelSplitOptions(null, 2, null, 0))).Message);
    }

    [Fact]
    public void Labels_that_start_at_1_are_pointed_out()
    {
        var images = new ImageSet("set", new ImageShape(1, 1, 1), new byte[2], [1, 2], ["0", "1", "2"]);

        Assert.Equal(
            "labels: 1 class has no labeled images left to draw: 0; do the labels start at 1?",
            Assert.Throws<UserException>(() => LabelSplit.Draw(images, new LabelSplitOptions(1, null, null, 0))).Message);
    }

    [Fact]
    public void Held_out_labels_do_not_overlap()
    {
        var taken = PerClass(13, seed: 0);
        var heldOut = LabelSplit.DrawBeside(SampleData.Train, new LabelSplitOptions(null, 5, null, 0), taken);
        Assert.Equal((50, 5, 5), (heldOut.Indices.Count, heldOut.PerClassMin, heldOut.PerClassMax));
        Assert.Empty(heldOut.Indices.Intersect(taken.Indices));
        Assert.Throws<UserException>(() => LabelSplit.DrawBeside(SampleData.Train, new LabelSplitOptions(null, 288, null, 0), taken));
    }

    [Fact]
    public void List_of_held_out_images_must_not_overlap()
    {
        using var folder = new TempFolder();
        var images = Images([0, 1, 0, 1]);
        var taken = LabelSplit.Draw(images, new LabelSplitOptions(null, 1, null, 0));
        taken.Write(folder["list.txt"]);
        var list = new LabelSplitOptions(null, null, folder["list.txt"], 0);
        var error = Assert.Throws<UserException>(() => LabelSplit.DrawBeside(images, list, taken));

        Assert.Contains("which is already a labeled training image", error.Message, StringComparison.Ordinal);
    }

    private static LabelSplit PerClass(int count, long seed) =>
        LabelSplit.Draw(SampleData.Train, new LabelSplitOptions(null, count, null, seed));

    private static ImageSet Images(int[] labels) => new("toy", new ImageShape(1, 1, 1), new byte[labels.Length], labels, ["a", "b"]);
}
