// N images, D features, K classes
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>A linear layer on frozen features: logits = z Wᵀ + b.</summary>
/// <param name="Weight_KD">W, fp32, in the layout of a linear layer.</param>
/// <param name="Bias_K">b, fp32.</param>
public sealed record LinearClassifier(Tensor Weight_KD, Tensor Bias_K) : IDisposable
{
    /// <summary>Returns the logits, [N, K], fp32.</summary>
    /// <param name="z_ND">Features of any floating type, on the device of the classifier.</param>
    public Tensor Logits(Tensor z_ND)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        return nn.functional.linear(z_ND.to_type(ScalarType.Float32), Weight_KD, Bias_K).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Weight_KD.Dispose();
        Bias_K.Dispose();
    }
}
