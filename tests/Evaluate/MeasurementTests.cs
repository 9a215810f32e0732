using Distill.Evaluate;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Evaluate;

[Collection(TorchTests.Name)]
public sealed class MeasurementTests
{
    [Fact]
    public void Many_classes_have_only_the_cells_that_are_not_0()
    {
        const int classes = 101;
        using var scope = NewDisposeScope();
        var labels = arange(classes, ScalarType.Int64);
        var logits = eye(classes).mul(5);
        // Class 0 is taken for class 7.
        logits[0, 7] = 9f;
        var measurement = Measurement.FromLogits(logits, labels, 0);

        var details = measurement.Details([.. Enumerable.Range(0, classes).Select(label => $"class {label}")]);

        Assert.False(details.ContainsKey("confusion"));
        var cells = details["confusionCells"]!.AsArray();
        Assert.Equal(classes, cells.Count);
        Assert.Equal([0, 7, 1], cells[0]!.AsArray().Select(number => number!.GetValue<int>()));
    }
}
