using Distill.Datasets;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

/// <summary>The choice of columns of Parquet files in the form of the Hub.</summary>
[Collection(TorchTests.Name)]
public sealed class ParquetColumnsTests : IDisposable
{
    private static readonly byte[] Picture = DatasetGolden.Pictures["rough.png"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Several_fitting_columns_are_refused()
    {
        new HubParquet
        {
            Labels = ["coarse_label", "fine_label"],
            Features = """
                {"info": {"features": {
                    "image": {"_type": "Image"},
                    "fine_label": {"names": ["a", "b"], "_type": "ClassLabel"},
                    "coarse_label": {"_type": "ClassLabel"}}}}
                """,
        }.Write(_folder["set/train-0.parquet"], (Picture, null, 1));

        Assert.Contains("dataset.labelColumn: ", Message(), StringComparison.Ordinal);
        Assert.Contains("expected one of fine_label, coarse_label", Message(), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], Open(options => options with { LabelColumn = "fine_label" }).Train().ClassNames);
        Assert.Contains(
            "dataset.imageColumn",
            Assert.Throws<UserException>(() => Open(options => options with { ImageColumn = "picture" }).Train()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_label_column_is_part_of_the_fingerprint()
    {
        new HubParquet { Labels = ["one", "two"] }.Write(_folder["set/train-0.parquet"], (Picture, null, 1));
        string?[] columns = [null, "one", "two"];
        var fingerprints = columns.Select(column => Open(options => options with { LabelColumn = column }).TrainFingerprint());

        Assert.Equal(3, fingerprints.Distinct().Count());
        Assert.Equal([-1], Open().Train().Labels);
    }

    [Fact]
    public void Without_valid_metadata_the_column_types_decide()
    {
        string[] invalid = ["", "{", "[]", """{"info": 1}""", """{"info": {"features": {"label": {"_type": 3}, "image": null}}}"""];
        foreach (var features in invalid)
        {
            new HubParquet { Features = features }.Write(_folder["set/train-0.parquet"], (Picture, null, 1));
            Assert.Equal([1], Open().Train().Labels);
        }
    }

    private string Message() => Assert.Throws<UserException>(() => Open().Train()).Message;

    private IDataset Open(Func<DatasetOptions, DatasetOptions>? change = null)
    {
        var options = new DatasetOptions(DatasetKind.Parquet, _folder["set"], 8, 3);
        return DatasetCatalog.Open(change?.Invoke(options) ?? options, _ => { }, _folder["cache"]);
    }
}
