// N views of a step, C channels, H height, W width
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>The views of a step, as far as they were made ahead. The rest is done for the rows that are asked for.</summary>
/// <param name="bank">Bank of the images.</param>
/// <param name="batch">The views.</param>
/// <param name="prepared">What the bank prepared for them; owned by this object.</param>
internal sealed class StepViews(ImageBank bank, ViewBatch batch, Tensor? prepared) : StepInputs
{
    public override long Rows => batch.Views.Count;

    /// <inheritdoc/>
    public override Tensor Part(long first, long count)
    {
        if (first == 0 && count == Rows)
        {
            return bank.Finish(batch, prepared);
        }

        using var part = prepared?.narrow(0, first, count);
        return bank.Finish(batch with { Views = [.. batch.Views.Skip((int)first).Take((int)count)] }, part);
    }

    protected override void Dispose(bool disposing) => prepared?.Dispose();
}
