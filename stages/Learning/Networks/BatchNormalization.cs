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
public sealed class BatchNormalization(long features) : NormBase(
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

    /// <inheritdoc/>
    SharedBatch? ITrackingNorm.Shared { get; set; }

    /// <summary>x_ND or x_NDHW → y of the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        ValidateInputDimensions(x);
        if (training && ((ITrackingNorm)this).CountsBatches)
        {
            num_batches_tracked!.Plus_(1);
        }

        var (mean, variance) = ((ITrackingNorm)this).Tracked ?? (running_mean!, running_var!);
        return training && ((ITrackingNorm)this).Shared is { } batch
            ? Normalize(x, batch, mean, variance)
            : nn.functional.batch_norm(x, mean, variance, weight, bias, training, momentum!.Value, eps);
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.dim() is not (2 or 4))
        {
            throw new ArgumentException($"Expected x_ND or x_NDHW; got [{string.Join(", ", input.shape)}].");
        }
    }

    /// <summary>Normalizes over the rows of all ranks. Only the centered values are kept for the way back, as many as x has.</summary>
    private Tensor Normalize(Tensor x, SharedBatch batch, Tensor runningMean, Tensor runningVariance)
    {
        using var scope = NewDisposeScope();
        long[] reduced = x.dim() == 2 ? [0] : [0, 2, 3];
        long[] shape = x.dim() == 2 ? [1, x.shape[1]] : [1, x.shape[1], 1, 1];
        var mean_D = batch.Mean(x.mean(reduced, type: ScalarType.Float32));
        var centered = x.sub(mean_D.view(shape));
        Tensor variance_D;
        using (var squares = centered.Squared())
        {
            variance_D = batch.Mean(squares.mean(reduced));
        }

        using (no_grad())
        {
            // PyTorch normalizes by the biased variance, and tracks the unbiased one.
            double values = batch.Ranks * (x.numel() / x.shape[1]);
            runningMean.Times_(1 - momentum!.Value).Plus_(mean_D, momentum.Value);
            runningVariance.Times_(1 - momentum.Value).Plus_(variance_D, momentum.Value * values / (values - 1));
        }

        var scale_D = weight!.mul(variance_D.Plus(eps).rsqrt());
        return centered.mul(scale_D.view(shape)).Plus_(bias!.view(shape)).to_type(x.dtype).MoveToOuterDisposeScope();
    }
}
