using Distill.Artifacts;

namespace Tests.Artifacts;

public sealed class ComparisonTests
{
    private static readonly Comparison Comparison = Comparison.Of(
    [
        (
            new ComparedColumn("few", 40),
            [Run(("supervised", 60, 30), ("distilled", 70, 90)), Run(("supervised", 62, 50), ("distilled", 76, 110))]),
        (new ComparedColumn("many", 600), [Run(("supervised", 80, 60), ("fixmatch", 85, 240))]),
    ]);

    [Fact]
    public void Cells_are_mean_deviation_and_time_of_all_runs()
    {
        Assert.Equal(["supervised", "distilled", "fixmatch"], Comparison.Rows.Select(row => row.Name));
        var distilled = Comparison.Rows[1].Cells[0]!;
        Assert.Equal((73, Math.Sqrt(18), 100), (distilled.Mean, distilled.Deviation, distilled.Seconds));
        Assert.Equal([70.0, 76.0], distilled.Top1);
        Assert.Equal("73.00 ± 4.24", distilled.ToString());
    }

    [Fact]
    public void Methods_that_a_pipeline_lacks_leave_their_cell_empty_and_single_runs_have_no_deviation()
    {
        Assert.Null(Comparison.Rows[1].Cells[1]);
        Assert.Null(Comparison.Rows[2].Cells[0]);
        Assert.Equal("85.00", Comparison.Rows[2].Cells[1]!.ToString());
    }

    [Fact]
    public void Json_has_a_cell_for_each_column()
    {
        var json = Comparison.ToJson();

        Assert.Equal(600, json["columns"]![1]!["labels"]!.GetValue<int>());
        Assert.Equal(4.243, json["rows"]![1]!["cells"]![0]!["deviation"]!.GetValue<double>());
        Assert.Null(json["rows"]![1]!["cells"]![1]);
    }

    private static IReadOnlyList<ResultRow> Run(params (string Name, double Top1, double Seconds)[] rows) =>
        [.. rows.Select(row => new ResultRow(row.Name, row.Top1, 1, 1, row.Seconds, 0, 1))];
}
