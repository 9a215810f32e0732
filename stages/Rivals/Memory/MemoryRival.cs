using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Rivals.Training;

namespace Distill.Rivals.Memory;

/// <summary>A method whose encoder learns to find the image of each view in a bank of all images.</summary>
/// <param name="Name">Name of its block, of the stage that fine-tunes, and of its row in the results.</param>
/// <param name="Network">The encoder.</param>
/// <param name="Memory">The bank.</param>
/// <param name="Augmentations">Augmentations of all views.</param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public abstract record MemoryRival(
    string Name, NetworkOptions Network, MemoryOptions Memory, AugmentationOptions Augmentations, TrainingOptions Training)
    : ViewRival(Name, Network, Augmentations, Training)
{
    /// <summary>The projection: one dense layer.</summary>
    public override HeadOptions Head => new(1, Memory.Output);

    /// <summary>The bank, and for each view the similarities of a batch to all images.</summary>
    public override MethodMemory MemoryBeside(ImageShape shape, long images)
    {
        var bank = images * Memory.Output * sizeof(float);
        var similarities = Training.BatchSize * images * sizeof(float);
        var views = RowsPerStep / Training.BatchSize;
        // Forward, those of every view and their softmax. Backward, the softmax of every view, and two gradients of one.
        return new MethodMemory(bank, bank, Math.Max(2 * views, views + 2) * similarities);
    }

    /// <inheritdoc/>
    private protected override EncoderTask CreateTask(EncoderSetup setup)
    {
        var bank = new MemoryBank(Memory, setup.Images.Images.Count, setup.Random.Fold("bank"), setup.Compute.Device);
        return new MemoryTask(setup.Network, setup.CreateReplica, setup.Views, bank);
    }
}
