// N views of a step, C channels, H height, W width
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>The views of a step, as far as they were made ahead. The rest is done for the rows that are asked for.</summary>
/// <param name="bank">Bank of the images.</param>
/// <param name="share">The share of the step's views.</param>
/// <param name="prepared">What the bank prepared for it; owned by this object.</param>
internal sealed class StepViews(ImageBank bank, SharedViews share, Tensor? prepared) : StepInputs
{
    private readonly ViewBatch _batch = share.Batch;

    public override long BatchRows => share.BatchRows;

    public override BatchShare Share => share.Share;

    /// <inheritdoc/>
    public override Tensor Part(long first, long count)
    {
        if (first == 0 && count == Rows)
        {
            return bank.Finish(_batch, prepared);
        }

        using var part = prepared?.narrow(0, first, count);
        return bank.Finish(_batch.Part((int)first, (int)count), part);
    }

    protected override void Dispose(bool disposing) => prepared?.Dispose();
}
