using Distill.Datasets;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Splits;
using Distill.Imaging.Training;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;

namespace Distill.FineTune;

/// <summary>
/// Step 2 of SimCLRv2 (section 2.1): builds a classifier from the pretrained encoder and the first layers of its head, and trains all of it
/// on the labeled images; on unlabeled ones too, if the options have them.
/// </summary>
public static class FineTuneStage
{
    private const int Version = 5;

    // What version 5 changed: the decay of a classifier's weights under LARS.
    private const int VersionBefore = 4;

    /// <summary>File name of the fine-tuned classifier.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>The version of the weights: another number when the same options and inputs give different weights.</summary>
    public static int VersionOf(FineTuneOptions options) =>
        options.Training.Optimizer is { Kind: OptimizerKind.Lars, WeightDecay: > 0 } ? Version : VersionBefore;

    /// <summary>Trains the classifier, or resumes its training.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Augmentations and training.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images are labeled.</param>
    /// <param name="network">Architecture of the classifier.</param>
    /// <param name="pretrained">Artifact of the pretrained weights.</param>
    public static StageResult Run(
        StageContext context,
        FineTuneOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        ClassifierSource network,
        Artifact pretrained)
    {
        using var labeled = LabeledImages.Load(dataset, labels, settings);
        var random = settings.Random(context.Name);
        using var classifier = CreateClassifier();
        var file = context.Input(pretrained);
        Weights.LoadPart(classifier, file, FineTunedNetwork.PretrainedKey);
        // Other ranks are sent the leader's weights.
        var probe = options.Start == ClassifierStart.Probe && settings.Ranks.Leads
            ? ProbedClassifier.Set(classifier, network, file, labeled, settings.Compute, random.Fold("probe"), context)
            : [];
        var loop = new TrainingLoop(context, options.Training, settings);
        var result = options.Unlabeled is null ? Supervised() : SemiSupervised(options.Unlabeled);
        foreach (var (name, value) in probe)
        {
            result.Metrics[name] = value?.DeepClone();
        }

        return result;

        StageResult Supervised()
        {
            using var task = new LabeledTask(classifier, CreateClassifier, labeled, options.Augmentations, options.Training, random);
            return loop.RunToResult(task);
        }

        StageResult SemiSupervised(UnlabeledOptions unlabeled)
        {
            using var average = CreateClassifier();
            Weights.CopyAll(average, classifier);
            var batch = Inference.BatchSize(labeled.Shape, settings.Compute, average);
            var ranks = settings.RanksFor(options.Training);
            using var pseudo = new PseudoLabels(average, labeled.ClassCount, batch, unlabeled, settings.Compute, ranks);
            using var task = new SemiSupervisedTask(
                classifier, CreateClassifier, labeled, pseudo, options, settings.PartsOf(options.Training), random);
            return loop.RunToResult(task);
        }

        FineTunedNetwork CreateClassifier()
        {
            var created = (FineTunedNetwork)network.Build(labeled.Shape.Channels, labeled.ClassCount, null);
            settings.Compute.MoveTo(created);
            return created;
        }
    }
}
