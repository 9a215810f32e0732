using Distill.Imaging.Neighbors;
using Distill.Neighbors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Distill.Rivals.Poisson;
using Tests.Learning;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class PoissonStageTests
{
    private static readonly Artifact Neighbors = new("neighbors", NeighborsStage.Output);

    /// <summary>Two chains of images, each with one label, and one edge between them.</summary>
    [Fact]
    public void Each_image_gets_the_class_of_the_label_that_it_is_connected_to()
    {
        using var fixture = new StageFixture();
        var classes = Run(fixture, new TinyDataset());

        var train = new TinyDataset().Train();
        var half = train.Count / 2;
        Assert.NotEqual(train.Labels[0], train.Labels[^1]);
        Assert.All(classes[..half], found => Assert.Equal(train.Labels[0], found));
        Assert.All(classes[half..], found => Assert.Equal(train.Labels[^1], found));
    }

    [Fact]
    public void Labels_of_unlabeled_images_are_never_read()
    {
        using var one = new StageFixture();
        using var other = new StageFixture();
        var last = new TinyDataset().Train().Count - 1;
        Run(one, new TinyDataset());
        Run(other, new TinyDataset
        {
            Relabel = (image, label) => image == 0 || image == last ? label : (label + 1) % TinyDataset.Classes,
        });

        Assert.Equal(FileHash.OfFile(one.Folder[PoissonStage.Output]), FileHash.OfFile(other.Folder[PoissonStage.Output]));
    }

    private static long[] Run(StageFixture fixture, TinyDataset dataset)
    {
        var count = dataset.Train().Count;
        var half = count / 2;
        // The neighbors of an image are the ones before and after it in its half.
        int[] near =
        [
            .. Enumerable.Range(0, count).SelectMany(image => new[]
            {
                image % half == 0 ? image + 2 : image - 1,
                image % half == half - 1 ? image - 2 : image + 1,
            }),
        ];
        near[2 * (half - 1) + 1] = half;
        var graph = new NeighborGraph(count, near, [.. Enumerable.Repeat(0.9f, near.Length)]);
        var path = fixture.Folder["graph.safetensors"];
        using (var file = File.Create(path))
        {
            graph.Write(file);
        }

        fixture.Inputs[Neighbors] = path;
        PoissonStage.Run(
            fixture.Context(PoissonStage.Name),
            dataset,
            TinyDataset.Labeled(fixture.Folder, "labels.txt", [0, count - 1]),
            Neighbors);
        return SpreadLabels.Read(fixture.Folder[PoissonStage.Output], count);
    }
}
