using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Rivals.S4L;
using Distill.Rivals.Vat;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class S4LTests
{
    private const int Views = 2;
    private const int Side = 5;
    private const int Classes = 3;
    private const double Radius = 0.1;

    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, Views).Select(i => RandomKey.FromSeed(7).Fold(i))];

    /// <summary>The loss takes output k for the view that was turned k times, so their order matters as well.</summary>
    [Fact]
    public void Views_are_turned_once_twice_and_three_times()
    {
        using var scope = NewDisposeScope();
        var views = Pattern.Uniform("views", Views, 1, Side, Side);
        using var network = Network();
        var expected = views.ReadAll<float>();

        var turned = Method.Changes.Select(change => change.Change(network, views, Keys)).ToArray();

        Assert.Equal(Method.ViewsPerImage - 1, turned.Length);
        foreach (var view in turned.Take(3))
        {
            expected = Counterclockwise(expected);
            Assert.Equal(expected, view.ReadAll<float>());
        }

        // The last one is perturbed, not turned.
        var perturbation = turned[^1].sub(views).square().mean().sqrt().ReadDouble();
        Assert.Equal(Radius, perturbation, 1e-5);
    }

    [Fact]
    public void Second_head_has_no_part_in_the_prediction_and_in_the_search_of_perturbations()
    {
        using var scope = NewDisposeScope();
        var views = Pattern.Uniform("views", Views, 1, Side, Side);
        using var network = Network();
        network.eval();
        Close.Exactly(network.Classifier.forward(views), network.forward(views).narrow(1, 0, Classes));
        var perturbed = Method.Changes[^1].Change(network, views, Keys);

        var second = network.named_parameters().Where(each => each.name.StartsWith("auxiliary.", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, second.Length);
        using (no_grad())
        {
            Array.ForEach(second, weight => weight.parameter.neg_());
        }

        Close.Exactly(perturbed, Method.Changes[^1].Change(network, views, Keys));
        Close.Exactly(network.Classifier.forward(views), network.forward(views).narrow(1, 0, Classes));
    }

    private static S4LMethod Method => new(1, 1, new VatMethod(1, Radius, Weight: 1, EntropyWeight: 0, Ramp: 0));

    private static AuxiliaryNetwork Network() => AuxiliaryNetwork.Create(
        TinyDataset.Network, 1, Classes, outputs: 4, StageFixture.Settings.Compute, RandomKey.FromSeed(1));

    /// <summary>A quarter turn by its definition: what was right is on top.</summary>
    private static float[] Counterclockwise(float[] images)
    {
        var turned = new float[images.Length];
        for (var image = 0; image < images.Length; image += Side * Side)
        {
            for (var row = 0; row < Side; row++)
            {
                for (var column = 0; column < Side; column++)
                {
                    turned[image + row * Side + column] = images[image + column * Side + (Side - 1 - row)];
                }
            }
        }

        return turned;
    }
}
