using System.Globalization;
using Distill.Pipeline.Options;

namespace Benchmarks.Harness;

/// <summary>Options of <c>benchmarks</c>.</summary>
/// <param name="Pairs">Rounds of each contest, at least 1; use 5 or more for figures to quote.</param>
/// <param name="Only">Name of the only benchmark to run; null for all.</param>
internal sealed record BenchmarkOptions(int Pairs, string? Only)
{
    /// <summary>Number of pairs if the command line has none.</summary>
    public const int DefaultPairs = 7;

    private const string Usage = "usage: benchmarks [--pairs N] [--only NAME]";

    /// <exception cref="UserException">An argument is invalid.</exception>
    public static BenchmarkOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions(DefaultPairs, null);
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--pairs" when i + 1 < arguments.Count => options with { Pairs = PairsOf(arguments[++i]) },
                "--only" when i + 1 < arguments.Count => options with { Only = arguments[++i] },
                var other => throw new UserException($"found \"{other}\"; {Usage}"),
            };
        }

        return options;
    }

    /// <summary>The command that repeats these measurements.</summary>
    public string Command => "make bench"
        + (Pairs == DefaultPairs ? "" : FormattableString.Invariant($" BENCH_PAIRS={Pairs}"))
        + (Only is null ? "" : $" BENCH_ONLY={Only}");

    private static int PairsOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pairs) && pairs >= 1
            ? pairs
            : throw new UserException($"found --pairs {text}, expected an integer of at least 1");
}
