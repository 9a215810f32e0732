// N images, C channels, H height, W width
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// Gaussian noise on every channel of every pixel, clipped to [0, 1] (SimCLR figure 4). On any device and in any batch, σ and the
/// noise depend only on the view's key.
/// </summary>
/// <param name="Probability">Probability that a view is changed; 0.5 by default, since the paper gives none.</param>
/// <param name="Sigma">Range of σ, for values in [0, 1]; 0.02 to 0.1 by default, since the paper gives none.</param>
public sealed record Noise(double Probability, (double Low, double High) Sigma) : ViewOperation(Probability)
{
    public static Noise Read(JsonSection section) => new(
        section.Number("probability", 0.5, 0, 1, ProbabilityHelp),
        section.Range("sigma", (0.02, 0.1), 0, 1, "Standard deviation, on the scale from 0 (black) to 1 (white)."));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var chosen = Chosen(views, ViewDraws.Noise);
        var sigma = new float[views.Length];
        var keys = new RandomKey[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            sigma[i] = chosen[i] ? (float)views[i].Uniform(ViewDraws.NoiseSigma, Sigma.Low, Sigma.High) : 0;
            keys[i] = views[i].Fold("noise");
        }

        var count = (int)(x_NCHW.shape[1] * x_NCHW.shape[2] * x_NCHW.shape[3]);
        var noise_NCHW = RandomNormals.Draw(keys, count, x_NCHW.device).view(x_NCHW.shape);
        var sigma_N111 = tensor(sigma, [sigma.Length, 1, 1, 1]).OnDevice(x_NCHW.device);
        return noise_NCHW.mul_(sigma_N111).Plus_(x_NCHW).Between_(0, 1).MoveToOuterDisposeScope();
    }
}
