using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Evaluate;
using Distill.Export;
using Distill.Learning.Networks;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Publish;
using Distill.Report;
using Distill.Temperature;

namespace Distill.Cli.Planning;

/// <summary>Plans the stages after all training: evaluate, temperature, export, publish and report.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">The pipeline's dataset, not read yet.</param>
/// <param name="modelsFolder">The folder models/NAME.</param>
/// <param name="candidates">All networks that were trained or imported.</param>
/// <param name="softTargets">The artifact that the last student learned from; null without rounds.</param>
internal sealed class PublicationPlan(
    PipelineOptions options, IDataset dataset, string modelsFolder, IReadOnlyList<Candidate> candidates, Artifact? softTargets)
{
    private static readonly Artifact Results = new(StageNames.Evaluate, EvaluateStage.Json);
    private static readonly Artifact Details = new(StageNames.Evaluate, EvaluateStage.Details);
    private static readonly Artifact Temperature = new(StageNames.Temperature, TemperatureStage.Output);
    private static readonly Artifact Exports = new(StageNames.Export, ExportStage.Output);

    private readonly Candidate _student = candidates.Single(candidate => candidate.Name == options.Publish.Student);

    /// <summary>Returns the stages in order.</summary>
    public IEnumerable<StageDefinition> Stages() => options.Publish.HeldOut is null
        ? [Evaluate(), Export(), Publish(), Report()]
        : [Evaluate(), FitTemperature(), Export(), Publish(), Report()];

    private Artifact? TemperatureOrNone => options.Publish.HeldOut is null ? (Artifact?)null : Temperature;

    private IReadOnlyList<Artifact> Measured =>
        [Plan.Train, _student.Source.Artifact, Results, .. TemperatureOrNone is { } temperature ? [temperature] : Array.Empty<Artifact>()];

    // A result that no round made is the pretrained encoder with a classifier on top.
    private NetworkOptions Network =>
        options.Rounds.FirstOrDefault(round => round.Result == _student.Name)?.Student.Options.Network ?? options.Pretrain.Options.Network;

    private StageDefinition Evaluate() => Stage(
        StageNames.Evaluate,
        EvaluateStage.Version,
        StageKeys.WithLabels(new JsonObject { ["candidates"] = new JsonArray([.. candidates.Select(KeyOf)]) }, options.Labels),
        [
            Plan.Train, Plan.Test,
            .. candidates.SelectMany(candidate => candidate.Lineage.Concat(candidate.Source.Needs)).Distinct(),
        ],
        context => EvaluateStage.Run(context, candidates, options.Settings, dataset, options.Labels, modelsFolder));

    /// <summary>Everything that the results state about a candidate and that its weights do not decide.</summary>
    private static JsonObject KeyOf(Candidate candidate) => new()
    {
        ["name"] = candidate.Name,
        ["protocol"] = candidate.Protocol,
        ["labels"] = candidate.Labels.ToString(),
        ["artifact"] = candidate.Source.Artifact.ToString(),
        ["neighbors"] = candidate.Neighbors?.Neighbors,
    };

    private StageDefinition FitTemperature()
    {
        if (_student.Labels == LabelUsage.All)
        {
            throw new UserException(
                $"publish.heldOut: found a value, but {_student.Name} is trained on all labels, so none are left to hold out; "
                + "set it to null");
        }

        var heldOut = options.Publish.HeldOut!;
        return Stage(
            StageNames.Temperature,
            TemperatureStage.Version,
            StageKeys.WithLabels(new JsonObject { ["student"] = _student.Name, ["heldOut"] = StageKeys.Labels(heldOut) }, options.Labels),
            [Plan.Train, _student.Source.Artifact],
            context => TemperatureStage.Run(context, _student.Source, options.Settings, dataset, options.Labels, heldOut));
    }

    // The results are an input, so that this stage, too, reads the test split after all training.
    private StageDefinition Export() => Stage(
        StageNames.Export,
        ExportStage.Version,
        new JsonObject { ["student"] = _student.Name },
        [Plan.Test, .. Measured],
        context => ExportStage.Run(context, _student.Source, options.Settings, dataset, TemperatureOrNone));

    private StageDefinition Publish() => Stage(
        StageNames.Publish,
        PublishStage.Version,
        new JsonObject
        {
            ["student"] = _student.Name,
            ["license"] = options.Publish.License,
            ["dataLicense"] = options.Publish.DataLicense,
            ["hubDataset"] = options.Publish.HubDataset,
            ["recipeChosenOn"] = options.Publish.RecipeChosenOn,
        },
        [.. Measured, Exports],
        context => PublishStage.Run(
            context,
            options.Publish,
            options.Settings.Seed,
            dataset,
            Network,
            new PublishInputs(_student.Source.Artifact, Results, Exports, TemperatureOrNone),
            Path.Combine(modelsFolder, "published", _student.Name)));

    private StageDefinition Report()
    {
        var inputs = new ReportInputs(_student.Name, Results, Details, Exports, softTargets);

        // Without pretraining there are no augmented views to show.
        var views = options.Pretrains ? options.Pretrain.Options.Augmentations : null;
        return Stage(
            StageNames.Report,
            ReportStage.Version,
            new JsonObject
            {
                ["student"] = _student.Name,
                ["augmentations"] = views is null ? null : options.Pretrain.ToJson()["augmentations"]!.DeepClone(),
            },
            [
                Plan.Train, Plan.Test, _student.Source.Artifact, Results, Details, Exports,
                .. softTargets is { } last ? [last] : Array.Empty<Artifact>(),
            ],
            context => ReportStage.Run(context, inputs, _student.Source, Network, views, options.Settings, dataset, modelsFolder));
    }

    private StageDefinition Stage(
        string name, int version, JsonObject key, IReadOnlyList<Artifact> inputs, Func<StageContext, StageResult> run)
    {
        key["seed"] = options.Settings.Seed;
        return new StageDefinition(name, version, key, inputs, run);
    }
}
