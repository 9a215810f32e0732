using Distill.Cli.Capacity;
using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Tests.Cli.Capacity;

/// <summary>IDX files alone tell the size of their images: the option <c>imageSize</c> says nothing of them.</summary>
public sealed class PlannedDataTests
{
    private static string Folder => Path.Combine(Repository.Root, "data", "sample");

    [Fact]
    public void Shape_of_IDX_files_is_that_of_their_images()
    {
        var options = new DatasetOptions(DatasetKind.Idx, Folder, ImageSize: 224, Channels: 1);
        var data = PlannedData.Find(options, () => DatasetCatalog.Open(options, _ => { }), images: null, classes: null);
        Assert.Equal(new ImageShape(1, 28, 28), data.Shape);
        Assert.Equal(3000L * 28 * 28, data.BytesInMemory);
    }

    /// <summary>With images of 224 pixels, this step would need over 80 GB, and would be measured.</summary>
    [Fact]
    public void Step_that_fits_with_images_of_IDX_files_is_not_measured()
    {
        var options = PipelineOptions.Read(PipelineFile.Parse(
            $$"""
            { "name": "p", "dataset": { "kind": "idx", "folder": "{{Folder}}" }, "labels": { "perClass": 4 },
              "rounds": {}, "supervised": null,
              "pretrain": { "network": { "architecture": "resnet50", "width": 1, "stem": "small" }, "batchSize": 64 },
              "finetune": { "fromLayer": 0, "steps": 1 } }
            """,
            "p.json",
            _ => null));
        var notes = new List<string>();
        CapacityCheck.Run(options, DatasetCatalog.Open(options.Dataset, _ => { }), () => ["pretrain"], notes.Add, CancellationToken.None);
        Assert.Empty(notes);
    }

    /// <summary>The network fits, and the scores of all pairs of patches, some 7,000 GiB, do not.</summary>
    [Fact]
    public void Loss_of_a_method_that_cannot_fit_is_refused()
    {
        var options = PipelineOptions.Read(PipelineFile.Parse(
            $$"""
            { "name": "p", "dataset": { "kind": "idx", "folder": "{{Folder}}" }, "labels": { "perClass": 4 },
              "rounds": {}, "supervised": {}, "finetune": { "fromLayer": 0, "steps": 1 },
              "rivals": { "network": { "architecture": "resnet18", "width": 0.125 }, "cpc": { "batchSize": 16384 } } }
            """,
            "p.json",
            _ => null));
        var refused = Assert.Throws<UserException>(() => CapacityCheck.Run(
            options, DatasetCatalog.Open(options.Dataset, _ => { }), () => ["cpc-pretrain"], _ => { }, CancellationToken.None));
        Assert.StartsWith("rivals.cpc.groups: found 1, so a step of 16384 images needs ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("groups fits: reduce batchSize, the network or the image size", refused.Message, StringComparison.Ordinal);
    }
}
