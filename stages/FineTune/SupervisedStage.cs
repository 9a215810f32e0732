using Stages.Imaging.Datasets;
using Stages.Imaging.Splits;
using Stages.Learning.Networks;
using Stages.Learning.Training;
using Stages.Pipeline.Plan;

namespace Stages.FineTune;

/// <summary>What all the rest is measured against: the student's network trained from scratch on the labelled images alone.</summary>
public static class SupervisedStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 1;

    /// <summary>The trained network.</summary>
    public const string Output = TrainingLoop.Output;

    public static StageResult Run(
        StageContext context, SupervisedOptions options, RunSettings settings, IDataset dataset, LabelOptions labels)
    {
        using var labelled = LabelledImages.Load(dataset, labels, settings.Compute.Device);
        var random = settings.Random(context.Name);
        using var generator = random.Generator();
        using var network = new ResNet(options.Network, labelled.Shape.Channels, labelled.ClassCount, generator);
        settings.Compute.Place(network);

        var task = new LabelledTask(network, labelled, options.Views, options.Training, settings.Compute, random);
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);
    }
}
