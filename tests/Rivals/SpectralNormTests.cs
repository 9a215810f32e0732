using Distill.Learning.Randomness;
using Distill.Rivals.BigBiGan;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class SpectralNormTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(4).Fold("spectral-norm");

    /// <summary>The value and its gradient, against libtorch's singular values.</summary>
    [Fact]
    public void It_divides_by_the_largest_singular_value()
    {
        using var scope = NewDisposeScope();
        using var generator = Key.Generator();
        using var norm = new SpectralNorm(6, generator);
        var weights = Pattern.Uniform("weights", 6, 2, 3, 3).requires_grad_();
        var others = Pattern.Uniform("others", 6, 2, 3, 3);
        for (var pass = 0; pass < 200; pass++)
        {
            norm.forward(weights).Dispose();
        }

        var normed = norm.forward(weights);
        normed.mul(others).sum().backward();

        var same = weights.detach().clone().requires_grad_();
        var expected = same.div(linalg.svdvals(same.flatten(1)).max());
        expected.mul(others).sum().backward();
        Close.To(expected.detach(), normed.detach(), 1e-5);
        Close.To(same.grad!, weights.grad!, 1e-4);
    }

    [Fact]
    public void It_stands_still_outside_of_training()
    {
        using var scope = NewDisposeScope();
        using var generator = Key.Generator();
        using var norm = new SpectralNorm(6, generator);
        var weights = Pattern.Uniform("weights", 6, 5);
        norm.eval();
        Close.Exactly(norm.forward(weights), norm.forward(weights));
        norm.train();
        Assert.False(norm.forward(weights).Equals(norm.forward(weights)));
    }
}
