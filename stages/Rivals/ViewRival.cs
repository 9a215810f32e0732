using Distill.Datasets;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Rivals.Training;

// V views of an image
namespace Distill.Rivals;

/// <summary>A method whose encoder learns from augmented views of all images.</summary>
/// <param name="Name">Name of its block, of the stage that fine-tunes, and of its row in the results.</param>
/// <param name="Network">The encoder.</param>
/// <param name="Augmentations">Augmentations of all views.</param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public abstract record ViewRival(string Name, NetworkOptions Network, AugmentationOptions Augmentations, TrainingOptions Training)
    : EncoderRival(Name, Network, Training)
{
    /// <summary>Whether a step needs the images of the whole batch, so that ranks cannot share it.</summary>
    private protected virtual bool NeedsWholeBatch => false;

    /// <inheritdoc/>
    public override StageResult Run(StageContext context, RunSettings settings, IDataset dataset)
    {
        using var images = ImageBank.Open(dataset.Train(), settings.Compute.Device, settings.LoaderThreads);
        var channels = images.Images.Shape.Channels;
        var random = settings.Random(context.Name);
        using var weights = random.Generator();
        using var network = CreateOn(settings.Compute, channels, weights);
        var views = new ImageViews(images, Augmentations, Training, random, ViewChanges(random));
        using var task = CreateTask(new EncoderSetup(
            network, () => CreateOn(settings.Compute, channels, generator: null), views, images, random, settings.Compute));
        var ranks = NeedsWholeBatch ? settings with { Ranks = Alone.Instance } : settings;
        return new TrainingLoop(context, Training, ranks).RunToResult(task);
    }

    /// <summary>Returns what is made of each of the V views: a function of its rows and the step, or null.</summary>
    /// <param name="random">Key of the stage.</param>
    private protected virtual Func<StepInputs, long, StepInputs>?[] ViewChanges(RandomKey random) => [null];

    /// <summary>Creates the task.</summary>
    private protected abstract EncoderTask CreateTask(EncoderSetup setup);
}
