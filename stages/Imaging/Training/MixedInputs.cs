// R rows of a step, C channels, H height, W width
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Training;

/// <summary>Rows of a step from two loaders, in the order of <see cref="MixedRows"/>.</summary>
/// <param name="rows">The order of the rows.</param>
/// <param name="soft">The views with targets of a network; owned by this object.</param>
/// <param name="labeled">The labeled images, of the same share; owned by this object.</param>
public sealed class MixedInputs(MixedRows rows, StepInputs soft, StepInputs labeled) : StepInputs
{
    /// <inheritdoc/>
    public override long BatchRows => soft.BatchRows + labeled.BatchRows;

    /// <inheritdoc/>
    public override BatchShare Share => soft.Share;

    /// <inheritdoc/>
    public override Tensor Part(long first, long count)
    {
        using var scope = NewDisposeScope();
        var (views, softPlaces) = rows.Soft(FirstInBatch + first, count);
        var (images, labeledPlaces) = rows.Labeled(FirstInBatch + first, count);
        if (labeledPlaces.Length == 0)
        {
            return Taken(soft, views).MoveToOuterDisposeScope();
        }

        if (softPlaces.Length == 0)
        {
            return Taken(labeled, images).MoveToOuterDisposeScope();
        }

        var part = Taken(soft, views);
        var all = empty([count, .. part.shape[1..]], part.dtype, part.device);
        all.index_copy_(0, tensor(softPlaces).to(part.device), part);
        all.index_copy_(0, tensor(labeledPlaces).to(part.device), Taken(labeled, images));
        return all.MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        soft.Dispose();
        labeled.Dispose();
    }

    /// <summary>Makes rows that have these numbers in the whole batch of a loader.</summary>
    private static Tensor Taken(StepInputs inputs, Range numbers) =>
        inputs.Part(numbers.Start.Value - inputs.FirstInBatch, numbers.End.Value - numbers.Start.Value);
}
