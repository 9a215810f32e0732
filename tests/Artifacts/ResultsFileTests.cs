using System.Text.Json.Nodes;
using Distill.Artifacts;
using Tests.Pipeline;

namespace Tests.Artifacts;

public sealed class ResultsFileTests : IDisposable
{
    private static readonly ResultRow Row = new("distilled", 68.13, 701_818, 2_811_800, 312.5, 3, 130)
    {
        Protocol = "trained from scratch on soft targets",
        Checkpoint = new string('c', 64),
        Figures = new JsonObject
        {
            ["top1"] = 68.13,
            ["top1Interval"] = new JsonArray(67.2, 69.04),
            ["top5"] = null,
            ["calibrationError"] = 0.0123,
        },
    };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Written_table_is_read_back()
    {
        ResultsFile.WriteJson(_folder["results.json"], "fashion-mnist", 10_000, [Row]);
        var read = ResultsFile.Read(_folder["results.json"]).Single();

        Assert.Equal(Row.ToJson().ToJsonString(), read.ToJson().ToJsonString());
        Assert.Equal(Row with { Figures = read.Figures }, read);
        Assert.Equal((67.2, 69.04), read.Interval);
        Assert.Equal(0.0123, read.Figure("calibrationError"));
        Assert.Null(read.Figure("top5"));
    }

    [Fact]
    public void Table_states_dataset_and_split()
    {
        ResultsFile.WriteJson(_folder["results.json"], "fashion-mnist", 10_000, [Row]);
        var json = JsonNode.Parse(File.ReadAllText(_folder["results.json"]))!;

        Assert.Equal(("fashion-mnist", "test", 10_000), ((string)json["dataset"]!, (string)json["split"]!, (int)json["testImages"]!));
        Assert.Equal("test", (string)json["rows"]![0]!["split"]!);
    }

    [Fact]
    public void Csv_has_decimal_numbers_and_empty_cells_for_missing_figures()
    {
        ResultsFile.WriteCsv(_folder["results.csv"], [Row]);
        var lines = File.ReadAllLines(_folder["results.csv"]);

        Assert.StartsWith("name,top1,parameters,bytes,seconds,seed,labels,top1Low,top1High,top5,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("distilled,68.13,701818,2811800,312.5,3,130,67.2,69.04,,", lines[1], StringComparison.Ordinal);
    }
}
