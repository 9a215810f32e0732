using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Imaging.Training;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.Rivals.Tuning;

/// <summary>Trains a finished network further, with all its weights, on the labeled images.</summary>
public static class TuneStage
{
    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public const int Version = 1;

    /// <summary>File name of the network.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>Trains the network, or resumes its training.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Augmentations and training.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images are labeled.</param>
    /// <param name="network">The network that another stage trained.</param>
    public static StageResult Run(
        StageContext context,
        TuneOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        ClassifierSource network)
    {
        using var labeled = LabeledImages.Load(dataset, labels, settings);
        using var classifier = Create();
        Weights.Load(classifier, context.Input(network.Artifact));
        using var task = new LabeledTask(
            classifier, Create, labeled, options.Augmentations, options.Training, settings.Random(context.Name));
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);

        nn.Module<Tensor, Tensor> Create()
        {
            var created = network.Build(labeled.Shape.Channels, labeled.ClassCount, null);
            settings.Compute.MoveTo(created);
            return created;
        }
    }
}
