// N images, C channels, H height, W width
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>Gaussian blur whose σ is drawn uniformly (SimCLR appendix A).</summary>
/// <param name="Probability">Probability that a view is changed; 0.5 in SimCLR, which does not blur CIFAR-10.</param>
/// <param name="Sigma">Range of σ, in pixels; 0.1 to 2 in SimCLR.</param>
internal sealed record Blur(double Probability, (double Low, double High) Sigma) : ViewOperation(Probability), ISingleView
{
    public static Blur Read(JsonSection section) => new(
        section.Number("probability", 0.5, 0, 1, ProbabilityHelp),
        section.Range("sigma", (0.1, 2), 0.01, 20, "Standard deviation in pixels."));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views)
    {
        var chosen = Chosen(views, ViewDraws.Blur);
        var sigmas = new double[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            sigmas[i] = chosen[i] ? SigmaOf(views[i]) : 0;
        }

        return BlurBatch.Apply(x_NCHW, sigmas);
    }

    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        if (Chooses(key, ViewDraws.Blur))
        {
            BlurView.Apply(view, SigmaOf(key));
        }
    }

    private double SigmaOf(RandomKey key) => key.Uniform(ViewDraws.Sigma, Sigma.Low, Sigma.High);
}
