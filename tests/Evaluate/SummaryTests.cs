using Distill.Artifacts;
using Distill.Evaluate;

namespace Tests.Evaluate;

public sealed class SummaryTests
{
    [Fact]
    public void Mean_deviation_and_gain_are_those_of_the_runs()
    {
        var summary = Summary.FromRuns([Run(0, 60, 70), Run(1, 62, 76)]);

        Assert.Equal((61, Math.Sqrt(2), null), (summary[0].Mean, summary[0].Deviation, summary[0].Gain));
        Assert.Equal((73, Math.Sqrt(18), 12), (summary[1].Mean, summary[1].Deviation, summary[1].Gain));
        Assert.Equal([0, 1], summary[1].Seeds);
    }

    [Fact]
    public void Single_run_has_no_deviation() => Assert.Null(Summary.FromRuns([Run(0, 60, 70)])[1].Deviation);

    [Fact]
    public void Runs_without_baseline_have_no_gain() => Assert.Null(Summary.FromRuns([[Row("distilled", 70, 0)]])[0].Gain);

    private static IReadOnlyList<ResultRow> Run(long seed, double supervised, double distilled) =>
        [Row("supervised", supervised, seed), Row("distilled", distilled, seed)];

    private static ResultRow Row(string name, double top1, long seed) => new(name, top1, 1, 1, 1, seed, 1);
}
