using System.Globalization;
using Distill.Pipeline.Options;

namespace Benchmarks.Harness;

/// <summary>What the command line asks for.</summary>
/// <param name="Pairs">Rounds of each contest; at least 1, and 5 for figures worth quoting.</param>
/// <param name="Only">The one part to run; null for all.</param>
internal sealed record BenchOptions(int Pairs, string? Only)
{
    /// <summary>Pairs where the command line names no number.</summary>
    public const int DefaultPairs = 7;

    private const string Usage = "usage: benchmarks [--pairs N] [--only NAME]";

    /// <exception cref="UserException">The arguments are none of ours.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions(DefaultPairs, null);
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

    /// <summary>The command that gives these figures again.</summary>
    public string Command => "make bench"
        + (Pairs == DefaultPairs ? "" : FormattableString.Invariant($" BENCH_PAIRS={Pairs}"))
        + (Only is null ? "" : $" BENCH_ONLY={Only}");

    private static int PairsOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pairs) && pairs >= 1
            ? pairs
            : throw new UserException($"found --pairs {text}, expected a whole number from 1");
}
