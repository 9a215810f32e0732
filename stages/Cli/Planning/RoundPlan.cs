using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Distill;
using Distill.Evaluate;
using Distill.Label;
using Distill.Learning.Networks;
using Distill.Neighbors;
using Distill.Pipeline.Execution;

namespace Distill.Cli.Planning;

/// <summary>Plans rounds of distillation: the stages of each, their keys, and the student that it produces.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">The pipeline's dataset, not read yet.</param>
/// <param name="root">The folder of models/ and data/.</param>
internal sealed class RoundPlan(PipelineOptions options, IDataset dataset, string root)
{
    /// <summary>Plans a round: the teacher labels all images, and a student learns from these soft targets.</summary>
    /// <param name="round">Options of the round.</param>
    /// <param name="label">Name of the stage that labels.</param>
    /// <param name="teacher">The network that labels.</param>
    public RoundStep Create(RoundOptions round, string label, Candidate teacher) =>
        round.Targets == TargetsKind.Online ? OnlineRound(round, teacher) : StoredRound(round, label, teacher);

    private RoundStep StoredRound(RoundOptions round, string labeling, Candidate teacher)
    {
        var softTargets = new Artifact(labeling, LabelStage.Output);
        var folder = Path.Combine(root, "data", options.Name, "soft-targets", round.Name);
        var label = Stage(softTargets.Stage, LabelStage.Version, round.Label.ToJson(), [Plan.Train, .. teacher.Source.Inputs], context =>
            LabelStage.Run(context, round.Label.Options, options.Settings, dataset, teacher.Source, folder));

        var student = round.Student.Options;
        Artifact[] near = student.NeighborWeight > 0 ? [new Artifact(StageNames.Neighbors, NeighborsStage.Output)] : [];
        // The key need not hold the crop of labeled images: the hash of the soft targets depends on it.
        var distill = Stage(round.Name, DistillStage.VersionOf(student), StudentKey(round), [Plan.Train, softTargets, .. near], context =>
            DistillStage.Run(
                context, student, options.Settings, dataset, options.Labels, round.Label.Options.Crop, softTargets,
                near is [var graph] ? graph : null));
        var views = FormattableString.Invariant($"{round.Label.Options.ViewsPerImage} augmented views per image");
        return new RoundStep([label, distill], softTargets, StudentOf(round, teacher, views, [softTargets, .. near]));
    }

    private RoundStep OnlineRound(RoundOptions round, Candidate teacher)
    {
        var student = round.Student.Options;
        var key = StudentKey(round);
        key["targets"] = "online";
        key["crop"] = round.Label.ToJson()["crop"]?.DeepClone();
        var distill = Stage(round.Name, DistillStage.VersionOf(student), key, [Plan.Train, .. teacher.Source.Inputs], context =>
            DistillStage.RunOnline(
                context, student, options.Settings, dataset, options.Labels, round.Label.Options.Crop, teacher.Source));
        return new RoundStep([distill], SoftTargets: null, StudentOf(round, teacher, "fresh views in every step"));
    }

    private JsonObject StudentKey(RoundOptions round)
    {
        var key = round.Student.ToJson();
        if (round.Student.Options.ViewsTogether == 1)
        {
            // As before there was this option, so that finished students stay done.
            key.Remove("viewsTogether");
        }

        if (round.Student.Options.NeighborWeight == 0)
        {
            key.Remove("neighborWeight");
        }

        return round.Student.Options.UsesLabels ? StageKeys.WithLabels(key, options.Labels) : key;
    }

    private static Candidate StudentOf(RoundOptions round, Candidate teacher, string views, params Artifact[] softTargets)
    {
        var source = ClassifierSource.Plain(new Artifact(round.Name, DistillStage.Output), round.Student.Options.Network);
        return new Candidate(
            round.Result,
            $"trained from scratch on the soft targets of {teacher.Name}{(round.Student.Options.NeighborWeight > 0
                ? ", spread over nearest neighbors"
                : "")}, {views}",
            source,
            [.. teacher.Lineage.Union([.. softTargets, source.Artifact])])
        {
            Labels = round.Student.Options.UsesLabels ? LabelUsage.Labeled : teacher.Labels,
        };
    }

    private StageDefinition Stage(
        string name, int version, JsonObject key, IReadOnlyList<Artifact> inputs, Func<StageContext, StageResult> run)
    {
        key["seed"] = options.Settings.Seed;
        return new StageDefinition(name, version, key, inputs, run);
    }
}
