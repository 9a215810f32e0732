// N images, K classes
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.Temperature;

/// <summary>
/// Fits the softmax temperature of the published student on training images whose labels no other stage reads. These labels count as
/// labels, so pipeline.json states how many are used.
/// </summary>
public static class TemperatureStage
{
    /// <summary>Increment it when the same options and inputs give different temperature.</summary>
    public const int Version = 1;

    /// <summary>File name of the temperature.</summary>
    public const string Output = "temperature.json";

    // Decimal places of the written values.
    private const int Digits = 6;

    /// <summary>Fits the temperature and writes it. It is 1 if the student is right on all or none of the images.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="source">The student.</param>
    /// <param name="settings">Device and threads of the run; the arithmetic is fp32.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images other stages learn from.</param>
    /// <param name="heldOut">Which of the remaining images are used here.</param>
    public static StageResult Run(
        StageContext context,
        ClassifierSource source,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        LabelSplitOptions heldOut)
    {
        using var scope = NewDisposeScope();
        var train = dataset.Train();
        var images = LabelSplit.DrawBeside(train, heldOut, LabelSplit.Draw(train, labels)).Indices;
        using var network = source.Load(
            context.Input(source.Artifact), train.Shape.Channels, train.ClassNames.Count, settings.Compute.InFp32);
        using var bank = ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads);
        var logits_NK = Inference.Run(network, bank, images, settings.Compute.InFp32, done =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(done, images.Count);
        });
        var labels_N = bank.Labels(images);

        var fitted = TemperatureScaling.Fit(logits_NK, labels_N);
        if (fitted is null)
        {
            context.Progress.Note(
                $"temperature not fitted: the student is right on all (or none) of the {images.Count} held-out labels. "
                + "The temperature stays 1");
        }

        var temperature = Math.Round(fitted ?? 1, Digits);
        var file = new TemperatureFile(
            temperature,
            images.Count,
            Math.Round(TemperatureScaling.Loss(logits_NK, labels_N, 1), Digits),
            Math.Round(TemperatureScaling.Loss(logits_NK, labels_N, temperature), Digits));
        var path = Path.Combine(context.Folder, Output);
        file.Write(path);
        return new StageResult(new Dictionary<string, string> { [Output] = path }, file.ToJson());
    }
}
