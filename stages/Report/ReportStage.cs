using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Distill.Report.Sections;
using static TorchSharp.torch;

namespace Distill.Report;

/// <summary>The run on one page, for people: what came out, how it went, what the student is wrong about, and what was made of what.</summary>
public static class ReportStage
{
    /// <summary>Raised when the same run gives another page than before.</summary>
    public const int Version = 2;

    /// <summary>The page.</summary>
    public const string Output = "report.html";

    /// <param name="context">Where it runs.</param>
    /// <param name="inputs">Artifacts that it tells of.</param>
    /// <param name="student">The published network.</param>
    /// <param name="network">Its plan.</param>
    /// <param name="views">Of pretraining; null where nothing was pretrained.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Its images.</param>
    /// <param name="modelsFolder">The run's folder.</param>
    public static StageResult Run(
        StageContext context,
        ReportInputs inputs,
        ClassifierSource student,
        NetworkOptions network,
        ViewOptions? views,
        RunSettings settings,
        IDataset dataset,
        string modelsFolder)
    {
        using var scope = NewDisposeScope();
        var facts = RunFacts.Read(
            inputs.Student, context.Input(inputs.Results), context.Input(inputs.Details), context.Input(inputs.Variants), context.Lineage, modelsFolder);
        using var test = ImageBank.Open(dataset.Test(), settings.Compute.Device, settings.LoaderThreads);
        using var train = ImageBank.Open(dataset.Train(), CPU, settings.LoaderThreads);
        var study = Study(context, student, network, test, facts.Forms.Temperature, settings);
        Section?[] sections =
        [
            ResultsSection.Of(facts),
            TrainingSection.Of(facts.Curves),
            MisclassifiedSection.Of(facts, study, test),
            ImagesSection.Of(study, train, views, settings.Random("pretrain")),
            inputs.SoftTargets is null ? null : SoftTargetsSection.Of(context.Input(inputs.SoftTargets), train),
            LineageSection.Of(facts.Stages),
        ];
        var path = Path.Combine(modelsFolder, Output);
        Durable.WriteText(path, Page.Of(Path.GetFileName(modelsFolder), Words(facts, settings.Seed), Figures(facts), [.. sections.OfType<Section>()]));
        return new StageResult(new Dictionary<string, string> { [Output] = path }, new JsonObject { ["bytes"] = new FileInfo(path).Length });
    }

    private static StudentStudy Study(
        StageContext context, ClassifierSource student, NetworkOptions network, ImageBank test, double temperature, RunSettings settings)
    {
        var (channels, weights) = (test.Images.Shape.Channels, context.Input(student.Artifact));
        using var classifier = student.Load(weights, channels, test.Images.ClassNames.Count, settings.Compute.InFp32);
        using var encoder = ResNet.Of(network, channels, classes: null, settings.Compute, settings.Random(context.Name));
        Weights.CopyNamed(encoder, classifier, key => classifier is FineTunedNetwork ? "encoder." + key : key);
        encoder.eval();
        return StudentStudy.Of(classifier, encoder, test, temperature, settings, (done, all) =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(done, all);
        });
    }

    private static string Words(RunFacts facts, long seed) => FormattableString.Invariant(
        $"{Html.Text(facts.Table["dataset"]!.GetValue<string>())}, seed {seed}. Published: <strong>{Html.Text(facts.Student)}</strong>, {Html.Text(facts.Own.Protocol)}.");

    private static IReadOnlyList<(string Name, string Value)> Figures(RunFacts facts) =>
    [
        ("top-1", FormattableString.Invariant($"{facts.Own.Top1:0.00} %")),
        ("labels", FormattableString.Invariant($"{facts.Own.Labels:N0}")),
        ("parameters", FormattableString.Invariant($"{facts.Own.Parameters / 1e6:0.00} M")),
        ("smallest format", FormattableString.Invariant($"{facts.Forms.Variants.Min(form => form.Bytes) / 1e6:0.00} MB")),
        ("training time", FormattableString.Invariant($"{facts.Own.Seconds / 60:0.0} min")),
    ];
}
