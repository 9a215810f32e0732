using Distill.Datasets.Images;
using Distill.Distill;
using Distill.Imaging.Neighbors;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Distill;

[Collection(TorchTests.Name)]
public sealed class SmoothedTargetsTests
{
    private const int Images = 4;
    private const int Views = 2;
    private const int Classes = 3;
    private const double Weight = 0.8;

    // Images 0 and 1 are a pair, and so are 2 and 3.
    private static readonly NeighborGraph Graph = new(Images, [1, 0, 3, 2], [0.9f, 0.9f, 0.5f, 0.5f]);

    [Fact]
    public void Logits_are_those_of_the_mean_probabilities_spread_over_neighbors()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        var logits = Pattern.Uniform("teacher", Images * Views, Classes).Times(4);
        using var file = Write(folder, logits);
        using var smoothed = new SmoothedTargets(file, Graph, Weight, CancellationToken.None);

        var p = logits.ReadAll<float>().Chunk(Classes).Select(Softmax).Chunk(Views)
            .Select(views => Enumerable.Range(0, Classes).Select(k => views.Average(view => view[k])).ToArray()).ToArray();
        // In a pair, each has the other as its only neighbor, with weight 1: F = (Y + w·Y') / (1 + w).
        for (var image = 0; image < Images; image++)
        {
            var expected = Enumerable.Range(0, Classes).Select(k => (p[image][k] + Weight * p[image ^ 1][k]) / (1 + Weight));
            for (var view = 0; view < Views; view++)
            {
                var found = Softmax(smoothed.Take([image * Views + view]).ReadAll<float>());
                Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
            }
        }
    }

    [Fact]
    public void Ranges_and_single_rows_have_the_same_bits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        using var file = Write(folder, Pattern.Uniform("teacher", Images * Views, Classes));
        using var smoothed = new SmoothedTargets(file, Graph, Weight, CancellationToken.None);

        Close.Exactly(smoothed.Range(2, 3), smoothed.Take([2, 3, 4]));
        Assert.Equal((Images * Views, Classes), (smoothed.Count, smoothed.Classes));
    }

    [Fact]
    public void Certain_teachers_give_finite_logits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        using var file = Write(folder, zeros(Images * Views, Classes).index_fill_(1, tensor(new long[] { 0 }), 200));
        using var smoothed = new SmoothedTargets(file, Graph, Weight, CancellationToken.None);

        Assert.All(smoothed.Range(0, 8).ReadAll<float>(), logit => Assert.InRange(logit, -17f, 1e-6f));
    }

    private static SoftTargetRowFile Write(TempFolder folder, Tensor logits)
    {
        var rows = SoftTargetRows.FromLogits(
            [.. Enumerable.Range(0, Images * Views).Select(i => (i / Views, i % Views))],
            [.. Enumerable.Repeat(Crop.Whole, Images * Views)], logits, 0);
        SoftTargetWriter.Write(folder["a.parquet"], [rows], new Dictionary<string, string>(), 0);
        return SoftTargetRowFile.Create(folder.Path, SoftTargetTable.Groups(folder.Path, Classes, Images), _ => true, CPU);
    }

    private static double[] Softmax(float[] logits)
    {
        var exponentials = logits.Select(logit => Math.Exp(logit)).ToArray();
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }
}
