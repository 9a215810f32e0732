using Distill.Datasets;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Rivals.Training;

// V views of an image
namespace Distill.Rivals.Memory;

/// <summary>A method whose encoder learns to find the image of each view in a bank of all images.</summary>
/// <param name="Name">Name of its block, of the stage that fine-tunes, and of its row in the results.</param>
/// <param name="Network">The encoder.</param>
/// <param name="Memory">The bank.</param>
/// <param name="Augmentations">Augmentations of all views.</param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public abstract record MemoryRival(
    string Name, NetworkOptions Network, MemoryOptions Memory, AugmentationOptions Augmentations, TrainingOptions Training)
    : EncoderRival(Name, Network, Training)
{
    /// <summary>The projection: one dense layer.</summary>
    public override HeadOptions Head => new(1, Memory.Output);

    /// <inheritdoc/>
    public override StageResult Run(StageContext context, RunSettings settings, IDataset dataset)
    {
        using var images = ImageBank.Open(dataset.Train(), settings.Compute.Device, settings.LoaderThreads);
        var channels = images.Images.Shape.Channels;
        var random = settings.Random(context.Name);
        using var weights = random.Generator();
        using var network = CreateOn(settings.Compute, channels, weights);
        using var task = new MemoryTask(
            network,
            () => CreateOn(settings.Compute, channels, generator: null),
            new ImageViews(images, Augmentations, Training, random, ViewChanges(random)),
            new MemoryBank(Memory, images.Images.Count, random.Fold("bank"), settings.Compute.Device));
        return new TrainingLoop(context, Training, settings).RunToResult(task);
    }

    /// <summary>Returns what is made of each of the V views: a function of its rows and the step, or null.</summary>
    /// <param name="random">Key of the stage.</param>
    private protected abstract Func<StepInputs, long, StepInputs>?[] ViewChanges(RandomKey random);
}
