using Distill.Imaging.Neighbors;
using Distill.Learning.Arithmetic;
using Distill.Neighbors;
using Distill.Pipeline.Storage;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Neighbors;

[Collection(TorchTests.Name)]
public sealed class NeighborsStageTests
{
    [Fact]
    public void Neighbors_are_those_of_a_plain_search_without_the_image_itself()
    {
        using var scope = NewDisposeScope();
        var features = Pattern.Uniform("features", 40, 6);
        var values = features.ReadAll<float>().Chunk(6).Select(row => row.Select(value => (double)value).ToArray()).ToArray();

        var graph = NeighborsStage.Find(features, 5, CPU, _ => { });

        for (var image = 0; image < 40; image++)
        {
            var expected = Enumerable.Range(0, 40).Where(other => other != image)
                .OrderByDescending(other => Cosine(values[image], values[other])).Take(5);
            Assert.Equal(expected, graph.Of(image).ToArray());
        }
    }

    /// <summary>Of seven equal images, an image may be missing among its own three nearest.</summary>
    [Fact]
    public void Equal_images_are_each_others_neighbors_but_never_their_own()
    {
        using var scope = NewDisposeScope();
        var graph = NeighborsStage.Find(ones(7, 3), 3, CPU, _ => { });

        for (var image = 0; image < 7; image++)
        {
            Assert.DoesNotContain(image, graph.Of(image).ToArray());
            Assert.Equal(3, graph.Of(image).ToArray().Distinct().Count());
        }
    }

    [Fact]
    public void Stage_finds_neighbors_of_the_encoders_features_and_reads_no_label()
    {
        using var one = new StageFixture();
        using var other = new StageFixture();
        Run(one, new TinyDataset());
        Run(other, new TinyDataset { Relabel = (_, label) => (label + 1) % TinyDataset.Classes });

        Assert.Equal(FileHash.OfFile(one.Folder[NeighborsStage.Output]), FileHash.OfFile(other.Folder[NeighborsStage.Output]));
        var graph = NeighborGraph.Read(one.Folder[NeighborsStage.Output], new TinyDataset().Train().Count);
        Assert.Equal(4, graph.Count);
    }

    [Fact]
    public void Small_sets_have_fewer_neighbors()
    {
        using var fixture = new StageFixture();
        Run(fixture, new TinyDataset(), count: 1000);

        var images = new TinyDataset().Train().Count;
        Assert.Equal(images - 1, NeighborGraph.Read(fixture.Folder[NeighborsStage.Output], images).Count);
    }

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b).Sum(pair => pair.First * pair.Second) / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));

    private static void Run(StageFixture fixture, TinyDataset dataset, int count = 4)
    {
        fixture.Inputs[TinyNetworks.PretrainedArtifact] = TinyNetworks.WritePretrained(fixture.Folder);
        NeighborsStage.Run(
            fixture.Context("neighbors"),
            new NeighborsOptions(count),
            StageFixture.Settings,
            dataset,
            TinyNetworks.FineTuned("neighbors", 0),
            TinyNetworks.PretrainedArtifact);
    }
}
