using Distill.Artifacts;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;

namespace Distill.Cli.Planning;

/// <summary>A round of the comparison: the network of another row labels all images, and a student learns from them.</summary>
/// <param name="Round">The round; stage and row have the name of its block.</param>
/// <param name="Teacher">Name of the row whose network labels.</param>
internal sealed record TaughtRound(RoundOptions Round, string Teacher)
{
    private static readonly (string Name, string Teacher, string Help)[] All =
    [
        (StageNames.SelfTraining, StageNames.Supervised,
            "Self-training: the supervised network labels all images, and a student learns from these soft targets."),
        ("s4l-retrained", "s4l", "Second step of S4L: its network labels all images, and a student learns from these soft targets."),
    ];

    /// <summary>Names of all blocks.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(each => each.Name)];

    /// <summary>The stage that labels.</summary>
    public string Labeling => StageNames.LabelOf(Round.Name);

    /// <summary>Reads those blocks that there are.</summary>
    /// <param name="rivals">The block <c>rivals</c>.</param>
    /// <param name="root">The pipeline, for messages.</param>
    /// <param name="network">The default network.</param>
    /// <param name="views">Views that the default steps show.</param>
    public static IReadOnlyList<TaughtRound> ReadAll(JsonSection rivals, JsonSection root, NetworkOptions network, int views)
    {
        var rounds = new List<TaughtRound>();
        foreach (var (name, teacher, help) in All)
        {
            if (rivals.OptionalSection(name, byDefault: false, help) is not { } section)
            {
                continue;
            }

            var round = RoundOptions.Read(new NamedSection(name, section), root, network, views);
            rounds.Add(round.Result == name
                ? new TaughtRound(round, teacher)
                : throw section.Error("result", $"found \"{round.Result}\", but this row is always named {name}; remove it"));
        }

        return rounds;
    }
}
