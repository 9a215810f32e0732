// N images, K classes
using Distill.Datasets;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Imaging.Training;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;

namespace Distill.Supervised;

/// <summary>The baseline of all results: trains the student's network from scratch on the labeled images only.</summary>
public static class SupervisedStage
{
    private const int Version = 5;

    // What version 5 changed: the decay of a classifier's weights under LARS.
    private const int VersionBefore = 4;

    /// <summary>File name of the trained network.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>The version of the weights: another number when the same options and inputs give different weights.</summary>
    public static int VersionOf(SupervisedOptions options) =>
        options.Training.Optimizer is { Kind: OptimizerKind.Lars, WeightDecay: > 0 } ? Version : VersionBefore;

    /// <summary>Trains the baseline, or resumes its training.</summary>
    public static StageResult Run(
        StageContext context, SupervisedOptions options, RunSettings settings, IDataset dataset, LabelSplitOptions labels)
    {
        using var labeled = LabeledImages.Load(dataset, labels, settings);
        using var network = CreateNetwork(options, settings, labeled, settings.Random(context.Name));
        return Train(context, options, settings, labeled, network);
    }

    /// <summary>
    /// Runs one fold of the cross-validation that chooses the recipe: trains on the labeled images of the other folds and measures on those
    /// of this fold. It reads neither the test split nor any other label.
    /// </summary>
    /// <returns>
    /// The weights, with the metrics <c>heldOut</c> (number of measured images) and <c>correct</c> (how many were classified correctly).
    /// </returns>
    public static StageResult RunFold(
        StageContext context, SupervisedOptions options, RunSettings settings, IDataset dataset, LabelSplitOptions labels, Fold fold)
    {
        var train = dataset.Train();
        var (training, heldOut) = fold.Split(LabelSplit.Draw(train, labels).Indices, train);
        using var labeled = new LabeledImages(train, training, settings.Compute.Device, settings.LoaderThreads);
        using var network = CreateNetwork(options, settings, labeled, settings.Random(context.Name));
        var result = Train(context, options, settings, labeled, network);

        using var bank = ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads);
        using var logits_NK = Inference.Run(network, bank, heldOut, settings.Compute.InFp32);
        using var labels_N = bank.Labels(heldOut);
        result.Metrics["heldOut"] = heldOut.Count;
        result.Metrics["correct"] = (int)Math.Round(Accuracy.Top1(logits_NK, labels_N) * heldOut.Count / 100);
        return result;
    }

    private static ResNet CreateNetwork(SupervisedOptions options, RunSettings settings, LabeledImages labeled, RandomKey? weights) =>
        ResNet.Create(options.Network, labeled.Shape.Channels, labeled.ClassCount, settings.Compute, weights);

    private static StageResult Train(
        StageContext context, SupervisedOptions options, RunSettings settings, LabeledImages labeled, ResNet network)
    {
        using var task = new LabeledTask(
            network,
            () => CreateNetwork(options, settings, labeled, weights: null),
            labeled,
            options.Augmentations,
            options.Training,
            settings.Random(context.Name));
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);
    }
}
