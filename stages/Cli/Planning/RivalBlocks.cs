using System.Text.Json.Nodes;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;
using Distill.Rivals;
using Distill.Rivals.Poisson;
using Distill.Rivals.Tuning;

namespace Distill.Cli.Planning;

/// <summary>The block <c>rivals</c>: other methods on the same images and labels.</summary>
/// <param name="Methods">Methods that train from scratch with labeled and unlabeled images.</param>
/// <param name="Encoders">Methods that train an encoder without labels, which is then fine-tuned.</param>
/// <param name="Rounds">Rounds whose teachers are rows of the comparison.</param>
/// <param name="Tuned">Networks of other rows that train further on the labeled images.</param>
internal sealed record RivalBlocks(
    IReadOnlyList<Block<RivalOptions>> Methods,
    IReadOnlyList<Block<EncoderRival>> Encoders,
    IReadOnlyList<TaughtRound> Rounds,
    IReadOnlyList<Block<TuneOptions>> Tuned)
{
    private static readonly string[] Own =
        [.. RivalOptions.Names, .. EncoderRival.Names, PoissonStage.Name, .. TaughtRound.Names, .. TuneOptions.Names];

    /// <summary>Whether the labels are also spread over the neighbors by Poisson learning, without any network.</summary>
    public bool HasPoisson { get; init; }

    /// <summary>Whether a name is that of a method, so that no round may have it.</summary>
    public static bool IsTaken(string name) => Own.Contains(name) || EncoderRival.Names.Select(EncoderRival.PretrainingOf).Contains(name);

    /// <summary>Returns the part of the block that concerns a method: its own block, and what it shares with the others.</summary>
    public static JsonObject KeyOf(JsonObject rivals, string name)
    {
        // An encoder shares the network and the views only; its training is its own. What trains further shares nothing.
        var unused = EncoderRival.Names.Contains(name) ? rivals.Select(entry => entry.Key).Except(["network", "views", name]).ToArray()
            : TuneOptions.Names.Contains(name) ? [.. rivals.Select(entry => entry.Key).Where(key => key != name)]
            : [.. Own.Where(other => other != name)];
        foreach (var other in unused)
        {
            rivals.Remove(other);
        }

        return rivals;
    }

    /// <summary>Reads the block.</summary>
    /// <param name="root">The pipeline.</param>
    /// <param name="student">The default network.</param>
    public static RivalBlocks Read(JsonSection root, NetworkOptions student)
    {
        var rivals = root.OptionalSection(
            "rivals", byDefault: false, "Other methods on the same images and labels, each trained from scratch, for comparison.");
        if (rivals is null)
        {
            return new RivalBlocks([], [], [], []);
        }

        var views = rivals.Integer(
            "views", 1_000_000, 1,
            help: "Views that each method trains on, labeled ones included. Its steps follow from the views of a step.");
        var network = NetworkOptions.Read(
            rivals.Section("network", "The network of all methods. Default: that of the last round's student."), student);
        var methods = RivalOptions.ReadAll(rivals, network, views);
        var encoders = EncoderRival.ReadAll(rivals, network, views);
        var poisson = rivals.OptionalSection(
            PoissonStage.Name, byDefault: false,
            "Poisson learning (Calder et al. 2020): the labels spread over the neighbors, without a network. Needs neighbors and probe.");
        var rounds = TaughtRound.ReadAll(rivals, root, network, views);
        var tuned = TuneOptions.ReadAll(rivals);

        // All blocks are read now, so the canonical form of their parent is complete.
        return new RivalBlocks(
            [.. methods.Select(method => new Block<RivalOptions>(method, rivals))],
            [.. encoders.Select(encoder => new Block<EncoderRival>(encoder, rivals))],
            rounds,
            [.. tuned.Select(further => new Block<TuneOptions>(further, rivals))])
        {
            HasPoisson = poisson is not null,
        };
    }
}
