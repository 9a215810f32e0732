using System.Text.Json.Nodes;

namespace Benchmarks.Harness;

/// <summary>Collects the CPU time of candidates, beside the wall time that their contest compares.</summary>
internal sealed class CpuTimes
{
    private readonly List<(string Name, List<double> Microseconds)> _rows = [];

    /// <summary>Creates a candidate whose turns are collected.</summary>
    /// <param name="name">Name in both tables.</param>
    /// <param name="turn">Returns wall time, and the CPU time of all its threads and processes in seconds.</param>
    public Candidate Candidate(string name, Func<int, (Reading Reading, double CpuSeconds)> turn)
    {
        var microseconds = new List<double>();
        _rows.Add((name, microseconds));
        return new Candidate(name, amount =>
        {
            var (reading, seconds) = turn(amount);
            microseconds.Add(1e6 * seconds / reading.Images);
            return reading;
        });
    }

    /// <summary>Prints the CPU time per image, and how many times as much the first candidate took in the same round.</summary>
    public void Print(string name, Report report)
    {
        Report.Heading(name, "per image; the first one's divided by it");
        var section = new JsonObject();
        foreach (var (row, microseconds) in _rows)
        {
            // The first turn warms up.
            var time = Spread.From(microseconds.Skip(1));
            var ratio = Spread.From(_rows[0].Microseconds.Zip(microseconds, (first, own) => first / own).Skip(1));
            Report.Line(row, time, "µs", FormattableString.Invariant($"{ratio.Median:0.0} ({ratio.Low:0.0}–{ratio.High:0.0})"));
            section[row] = new JsonObject { ["microseconds"] = time.ToJson(), ["ratio"] = ratio.ToJson() };
        }

        report.Keep(name, section);
    }
}
