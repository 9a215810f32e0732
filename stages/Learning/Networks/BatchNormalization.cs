using Distill.Learning.Arithmetic;
using Distill.Learning.Training.Passes;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, D features or channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>
/// Batch normalization of feature vectors and of maps, with PyTorch's keys, defaults and arithmetic. It replaces TorchSharp's class, which
/// counts batches with scalars that may be freed while libtorch reads them (<see cref="TensorArithmetic"/>).
/// </summary>
internal sealed class BatchNormalization(long features) : NormBase(
    features,
    eps: 1e-5,
    momentum: 0.1,
    affine: true,
    track_running_stats: true,
    device: null,
    dtype: null,
    nameof(BatchNormalization)), ITrackingNorm
{
    /// <inheritdoc/>
    bool ITrackingNorm.CountsBatches { get; set; } = true;

    /// <inheritdoc/>
    (Tensor Mean, Tensor Variance)? ITrackingNorm.Tracked { get; set; }

    /// <summary>x_ND or x_NDHW → y of the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        ValidateInputDimensions(x);
        if (training && ((ITrackingNorm)this).CountsBatches)
        {
            num_batches_tracked!.Plus_(1);
        }

        var (mean, variance) = ((ITrackingNorm)this).Tracked ?? (running_mean!, running_var!);
        return nn.functional.batch_norm(x, mean, variance, weight, bias, training, momentum!.Value, eps);
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.dim() is not (2 or 4))
        {
            throw new ArgumentException($"Expected x_ND or x_NDHW; got [{string.Join(", ", input.shape)}].");
        }
    }
}
