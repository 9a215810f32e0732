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

/// <summary>
/// Writes a page about the run: results, training curves, the student's mistakes, sample images, and the lineage of all files.
/// </summary>
public static class ReportStage
{
    /// <summary>Increment it when the same run gives a different page.</summary>
    public const int Version = 3;

    /// <summary>File name of the page.</summary>
    public const string Output = "report.html";

    /// <summary>Writes the page.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="inputs">The artifacts that the page shows.</param>
    /// <param name="student">The published network.</param>
    /// <param name="network">Architecture of the published network.</param>
    /// <param name="views">Augmentations of pretraining; null without pretraining.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose images the page shows.</param>
    /// <param name="modelsFolder">Folder of the run, with one folder per stage.</param>
    public static StageResult Run(
        StageContext context,
        ReportInputs inputs,
        ClassifierSource student,
        NetworkOptions network,
        AugmentationOptions? views,
        RunSettings settings,
        IDataset dataset,
        string modelsFolder)
    {
        using var scope = NewDisposeScope();
        var facts = RunFacts.Read(
            inputs.Student,
            context.Input(inputs.Results),
            context.Input(inputs.Details),
            context.Input(inputs.Exports),
            context.Lineage,
            modelsFolder);
        using var test = ImageBank.Open(dataset.Test(), settings.Compute.Device, settings.LoaderThreads);
        using var train = ImageBank.Open(dataset.Train(), CPU, settings.LoaderThreads);
        var study = Study(context, student, network, test, facts.Exports.Temperature.Value, settings);
        Section?[] sections =
        [
            ResultsSection.Create(facts),
            TrainingSection.Create(facts.Curves),
            MisclassifiedSection.Create(facts, study, test),
            ImagesSection.Create(study, train, views, settings.Random("pretrain")),
            inputs.SoftTargets is null ? null : SoftTargetsSection.Create(context.Input(inputs.SoftTargets.Value), train),
            LineageSection.Create(facts.Stages),
        ];
        var path = Path.Combine(modelsFolder, Output);
        var title = Path.GetFileName(modelsFolder);
        Durable.WriteText(
            path, Page.Create(title, Introduction(facts, settings.Seed), Figures(facts), [.. sections.OfType<Section>()]));
        return new StageResult(
            new Dictionary<string, string> { [Output] = path }, new JsonObject { ["bytes"] = new FileInfo(path).Length });
    }

    private static StudentStudy Study(
        StageContext context, ClassifierSource student, NetworkOptions network, ImageBank test, double temperature, RunSettings settings)
    {
        var (channels, weights) = (test.Images.Shape.Channels, context.Input(student.Artifact));
        using var classifier = student.Load(weights, channels, test.Images.ClassNames.Count, settings.Compute.InFp32);
        using var encoder = ResNet.Create(network, channels, classes: null, settings.Compute, random: null);
        Weights.CopyNamed(encoder, classifier, key => classifier is FineTunedNetwork ? "encoder." + key : key);
        encoder.eval();
        return StudentStudy.Measure(classifier, encoder, test, temperature, settings, (done, all) =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(done, all);
        });
    }

    private static string Introduction(RunFacts facts, long seed)
    {
        var dataset = facts.Table["dataset"]!.GetValue<string>();
        return FormattableString.Invariant($"{Html.Text(dataset)}, seed {seed}. ")
            + $"Published: <strong>{Html.Text(facts.Student)}</strong>, {Html.Text(facts.Published.Protocol)}.";
    }

    private static IReadOnlyList<(string Name, string Value)> Figures(RunFacts facts) =>
    [
        ("top-1", FormattableString.Invariant($"{facts.Published.Top1:0.00} %")),
        ("labels", FormattableString.Invariant($"{facts.Published.Labels:N0}")),
        ("parameters", FormattableString.Invariant($"{facts.Published.Parameters / 1e6:0.00} M")),
        ("smallest format", FormattableString.Invariant($"{facts.Exports.Models.Min(model => model.Bytes) / 1e6:0.00} MB")),
        ("training time", FormattableString.Invariant($"{facts.Published.Seconds / 60:0.0} min")),
    ];
}

/// <summary>The artifacts that a report shows.</summary>
/// <param name="Student">Name of the published row.</param>
/// <param name="Results">The results table.</param>
/// <param name="Details">Confusion matrices and reliability diagrams.</param>
/// <param name="Exports">The folder of the exported models.</param>
/// <param name="SoftTargets">The soft targets of the last student; null without distillation.</param>
public sealed record ReportInputs(string Student, Artifact Results, Artifact Details, Artifact Exports, Artifact? SoftTargets);
