using Distill.Imaging.Splits;
using Tests.Datasets;

namespace Tests.Imaging.Splits;

public sealed class FoldTests
{
    private const int Folds = 5;

    private static readonly LabelSplit Labeled = LabelSplit.Draw(SampleData.Train, new LabelSplitOptions(null, 13, null, 0));

    [Fact]
    public void Every_labeled_image_is_held_out_exactly_once() => Assert.Equal(
        Labeled.Indices,
        Enumerable.Range(1, Folds).SelectMany(number => Part(number).HeldOut).Order());

    [Fact]
    public void Held_out_images_are_never_trained_on() => Assert.All(Enumerable.Range(1, Folds), number =>
    {
        var (training, heldOut) = Part(number);
        Assert.Empty(training.Intersect(heldOut));
        Assert.Equal(Labeled.Indices, training.Concat(heldOut).Order());
    });

    [Fact]
    public void Folds_and_their_classes_are_balanced() => Assert.All(Enumerable.Range(1, Folds), number =>
    {
        var heldOut = Part(number).HeldOut;
        Assert.Equal(26, heldOut.Count);
        var perClass = heldOut.CountBy(index => SampleData.Train.Labels[index]).ToList();
        Assert.Equal(10, perClass.Count);
        Assert.All(perClass, entry => Assert.InRange(entry.Value, 2, 3));
    });

    private static (IReadOnlyList<int> Training, IReadOnlyList<int> HeldOut) Part(int number) =>
        new Fold(number, Folds).Split(Labeled.Indices, SampleData.Train);
}
