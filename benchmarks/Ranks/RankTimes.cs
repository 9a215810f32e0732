using System.Diagnostics;
using System.Globalization;
using Benchmarks.Harness;
using Distill.Learning.Ranks;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

// P parameters
namespace Benchmarks.Ranks;

/// <summary>
/// Measures what processes do together in each step of a training: <c>mpirun -n 2 benchmarks ranks</c>. They agree by one word each, twice
/// in a step, and sum their gradients.
/// </summary>
internal static class RankTimes
{
    public const string Command = "ranks";

    private const int Rounds = 7;
    private const int Words = 2000;
    private const int Sums = 5;

    // Those of a ResNet-50 of width 1/4 and of width 1.
    private static readonly long[] Parameters = [1_500_000, 25_600_000];

    public static int Run()
    {
        var ranks = RankLauncher.Join();
        if (ranks.Count == 1)
        {
            throw new UserException("ranks: found one process, expected several, as from mpirun -n 2 benchmarks ranks");
        }

        set_num_threads(1);
        Show(ranks, "agree on a word", "µs", 1e6, Words, () => ranks.Exchange(0));
        foreach (var count in Parameters)
        {
            using var gradients_P = zeros(count);
            var name = string.Create(CultureInfo.InvariantCulture, $"sum {count:N0} gradients");
            Show(ranks, name, "ms", 1e3, Sums, () => ranks.Sum(gradients_P));
        }

        ranks.Leave(0);
        return 0;
    }

    private static void Show(IRanks ranks, string name, string unit, double perSecond, int times, Action call)
    {
        var spread = Spread.From([.. Enumerable.Range(0, Rounds).Select(_ =>
        {
            // All begin together.
            ranks.Exchange(0);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < times; i++)
            {
                call();
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds / times * perSecond;
        })]);
        if (ranks.Leads)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{ranks.Count} ranks, {name}: {spread.Median:0.0} {unit} ({spread.Low:0.0} to {spread.High:0.0} in {Rounds} rounds)"));
        }
    }
}
