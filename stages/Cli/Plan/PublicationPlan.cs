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

namespace Distill.Cli.Plan;

/// <summary>The end of every plan, after all training is over: measure, calibrate, make small, publish, tell.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">Its data set.</param>
/// <param name="modelsFolder">The run's folder.</param>
/// <param name="contestants">All that was trained or given.</param>
/// <param name="softTargets">The artifact that the last student learned from; null where there is none.</param>
internal sealed class PublicationPlan(
    PipelineOptions options, IDataset dataset, string modelsFolder, IReadOnlyList<Candidate> contestants, string? softTargets)
{
    private const string Results = "evaluate/" + EvaluateStage.Json;
    private const string Details = "evaluate/" + EvaluateStage.Details;
    private const string Temperature = "calibrate/" + TemperatureStage.Output;
    private const string Variants = "compact/" + ExportStage.Output;

    private readonly Candidate _student = contestants.Single(contestant => contestant.Name == options.Publish.Student);

    /// <summary>The stages in order.</summary>
    public IEnumerable<StageDefinition> Stages() => options.Publish.HeldOut is null
        ? [Evaluate(), Compact(), Publish(), Report()]
        : [Evaluate(), Calibrate(), Compact(), Publish(), Report()];

    private string? TemperatureOrNone => options.Publish.HeldOut is null ? null : Temperature;

    private IReadOnlyList<string> Measured =>
        [PlanBuilder.Train, _student.Source.Artifact, Results, .. TemperatureOrNone is { } temperature ? [temperature] : Array.Empty<string>()];

    // What is no round's student is the pretrained encoder with a classifier on it.
    private NetworkOptions Network =>
        options.Rounds.FirstOrDefault(round => round.ResultName == _student.Name)?.Student.Network ?? options.Pretrain.Network;

    private StageDefinition Evaluate() => new(
        "evaluate",
        EvaluateStage.Version,
        StageKeys.WithLabels(Key(), options.Labels),
        [PlanBuilder.Train, PlanBuilder.Test, .. contestants.SelectMany(contestant => contestant.Lineage).Distinct()],
        context => EvaluateStage.Run(context, contestants, options.Settings, dataset, options.Labels, modelsFolder));

    private StageDefinition Calibrate()
    {
        if (_student.Labels == LabelUsage.All)
        {
            throw new UserException($"publish.heldOut: found a value, but {_student.Name} is trained on all labels, so none are left to hold out; set it to null");
        }

        var heldOut = options.Publish.HeldOut!;
        return new StageDefinition(
            "calibrate",
            TemperatureStage.Version,
            StageKeys.WithLabels(Key(("student", _student.Name), ("heldOut", StageKeys.Of(heldOut))), options.Labels),
            [PlanBuilder.Train, _student.Source.Artifact],
            context => TemperatureStage.Run(context, _student.Source, options.Settings, dataset, options.Labels, heldOut));
    }

    // The table as an input: the test split is looked at after all training, here as there.
    private StageDefinition Compact() => new(
        "compact",
        ExportStage.Version,
        Key(("student", _student.Name)),
        [PlanBuilder.Test, .. Measured],
        context => ExportStage.Run(context, _student.Source, options.Settings, dataset, TemperatureOrNone));

    private StageDefinition Publish() => new(
        "publish",
        PublishStage.Version,
        Key(("student", _student.Name), ("license", options.Publish.License), ("dataLicense", options.Publish.DataLicense)),
        [.. Measured, Variants],
        context => PublishStage.Run(
            context,
            options.Publish,
            options.Settings.Seed,
            dataset,
            Network,
            new PublishInputs(_student.Source.Artifact, Results, Variants, TemperatureOrNone),
            Path.Combine(modelsFolder, "published", _student.Name)));

    private StageDefinition Report()
    {
        var inputs = new ReportInputs(_student.Name, Results, Details, Variants, softTargets);

        // What was not pretrained here saw no views.
        var views = options.Pretrain.Weights is null && options.FineTune.Weights is null ? options.Pretrain.Views : null;
        return new StageDefinition(
            "report",
            ReportStage.Version,
            Key(("student", _student.Name), ("views", views is null ? null : options.PretrainKey.Json["views"]!.DeepClone())),
            [
                PlanBuilder.Train, PlanBuilder.Test, _student.Source.Artifact, inputs.Results, inputs.Details, inputs.Variants,
                .. softTargets is null ? Array.Empty<string>() : [softTargets],
            ],
            context => ReportStage.Run(context, inputs, _student.Source, Network, views, options.Settings, dataset, modelsFolder));
    }

    private JsonObject Key(params ReadOnlySpan<(string Name, JsonNode? Value)> entries)
    {
        var key = new JsonObject { ["seed"] = options.Settings.Seed };
        foreach (var (name, value) in entries)
        {
            key[name] = value;
        }

        return key;
    }
}
