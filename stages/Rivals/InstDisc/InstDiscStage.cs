using Distill.Datasets;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;

namespace Distill.Rivals.InstDisc;

/// <summary>
/// Trains an encoder without labels by instance discrimination. Its classifier is then fine-tuned as that of SimCLRv2's encoder is.
/// </summary>
public static class InstDiscStage
{
    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public const int Version = 1;

    /// <summary>File name of the trained encoder and projection.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>Trains the encoder, or resumes its training.</summary>
    public static StageResult Run(StageContext context, InstDiscOptions options, RunSettings settings, IDataset dataset)
    {
        var images = dataset.Train();
        var random = settings.Random(context.Name);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var network = ContrastiveNetwork.Create(options.Network, options.Head, images.Shape.Channels, settings.Compute, random);
        using var task = new InstDiscTask(network, bank, options, settings.Compute, random);
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);
    }
}
