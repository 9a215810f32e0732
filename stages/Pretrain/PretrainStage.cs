using Distill.Datasets;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;

namespace Distill.Pretrain;

/// <summary>
/// Step 1 of SimCLRv2 (section 2): trains an encoder with a projection head on unlabeled images, to recognize two views of the same image
/// among the views of all others.
/// </summary>
public static class PretrainStage
{
    private const int Version = 4;

    // What version 4 changed: the order of views in more than two groups, and the queue.
    private const int VersionBefore = 3;

    /// <summary>Number of training images with a class from which the kNN accuracy is measured.</summary>
    public const int LeastForNeighbors = KnnMonitor.LeastLabeled;

    /// <summary>File name of the trained encoder and head.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>
    /// The version of the weights: another number when the same options and inputs give different weights. Pretraining takes longest, so
    /// runs that a change does not concern keep their number.
    /// </summary>
    public static int VersionOf(PretrainOptions options) =>
        options.Training.Groups > 2 || options.Queue.Size > 0 ? Version : VersionBefore;

    public static StageResult Run(StageContext context, PretrainOptions options, RunSettings settings, IDataset dataset)
    {
        var images = dataset.Train();
        var random = settings.Random(context.Name);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var network = ContrastiveNetwork.Create(options.Network, options.Head, images.Shape.Channels, settings.Compute, random);
        using var queue = options.Queue.Size > 0 ? CreateQueue(network, options, images.Shape.Channels, settings) : null;
        using var task = new ContrastiveTask(network, bank, queue, options, settings.Compute, random);
        var result = new TrainingLoop(context, options.Training, settings).RunToResult(task);
        if (settings.Ranks.Leads)
        {
            foreach (var (name, value) in task.LastMonitored)
            {
                result.Metrics[name] = Math.Round(value, 3);
            }
        }

        return result;
    }

    private static KeyQueue CreateQueue(ContrastiveNetwork network, PretrainOptions options, int channels, RunSettings settings)
    {
        var copy = ContrastiveNetwork.Create(options.Network, options.Head, channels, settings.Compute, random: null);
        var (groups, ranks) = (options.Training.Groups, settings.RanksFor(options.Training));
        return new KeyQueue(copy, network, options.Head.LengthOn(options.Network), options.Queue, groups, settings.Compute, ranks);
    }
}
