using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Imaging.Training;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Rivals.MetaPseudoLabels;
using Distill.Rivals.Training;
using static TorchSharp.torch;

namespace Distill.Rivals;

/// <summary>Trains a network from scratch by another method, to compare it with SimCLRv2 on the same images and labels.</summary>
public static class RivalStage
{
    /// <summary>File name of the trained network.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>Returns the classifier that the stage leaves.</summary>
    /// <param name="artifact">Its weights.</param>
    /// <param name="options">Method and network.</param>
    public static ClassifierSource SourceOf(Artifact artifact, RivalOptions options) => options.Method.FurtherOutputs == 0
        ? ClassifierSource.Plain(artifact, options.Network)
        : new ClassifierSource(
            artifact, (channels, classes, generator) => AuxiliaryNetwork.ClassifierOf(options.Network, channels, classes, generator));

    /// <summary>Trains the network, or resumes its training.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Method, network, augmentations and training.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images are labeled.</param>
    public static StageResult Run(
        StageContext context, RivalOptions options, RunSettings settings, IDataset dataset, LabelSplitOptions labels)
    {
        using var images = LabeledImages.Load(dataset, labels, settings);
        var random = settings.Random(context.Name);
        using var network = CreateNetwork(random);
        var meta = options.Method as MetaPseudoLabelsMethod;
        using var average = options.Averaging > 0 && meta is null ? CreateNetwork(weights: null) : null;
        if (average is not null)
        {
            Weights.CopyAll(average, network);
        }

        using var task = new SemiSupervisedTask(
            network, average, () => CreateNetwork(weights: null), images, options, settings.PartsOf(options.Training), random);
        return meta is null ? Train(task, settings) : Teach(meta.Feedback);

        StageResult Teach(Feedback feedback)
        {
            var copy = options.Averaging > 0 ? CreateNetwork(weights: null) : null;
            using var student = new TaughtStudent(CreateNetwork(random.Fold("student")), copy, options, settings.Compute);
            using var both = new MetaPseudoLabelsTask(task, student, feedback);
            // A student's step takes the whole batch.
            return Train(both, settings with { Ranks = Alone.Instance });
        }

        StageResult Train(TrainingTask trained, RunSettings with) =>
            new TrainingLoop(context, options.Training, with).RunToResult(trained);

        nn.Module<Tensor, Tensor> CreateNetwork(RandomKey? weights) => options.Method.FurtherOutputs is > 0 and var further
            ? AuxiliaryNetwork.Create(options.Network, images.Shape.Channels, images.ClassCount, further, settings.Compute, weights)
            : ResNet.Create(options.Network, images.Shape.Channels, images.ClassCount, settings.Compute, weights);
    }
}
