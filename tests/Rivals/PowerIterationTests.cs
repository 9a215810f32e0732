using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Rivals.Vat;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class PowerIterationTests
{
    private const int Views = 3;
    private const int Classes = 4;

    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, Views).Select(i => RandomKey.FromSeed(9).Fold(i))];

    /// <summary>
    /// For a linear network, the gradient is the Hessian of the divergence, Wᵀ(diag(p) − ppᵀ)W, times the random direction, up to terms of
    /// the direction's length.
    /// </summary>
    [Fact]
    public void Perturbation_of_a_linear_network_is_its_Hessian_times_the_direction()
    {
        using var scope = NewDisposeScope();
        const double Radius = 0.001;
        var views = Pattern.Uniform("views", Views, 1, 3, 2).Times(0.5).Plus(0.5);
        var weight = Pattern.Uniform("weight", Classes, 6);
        var linear = nn.Linear(6, Classes, hasBias: false);
        Set(linear, weight);
        var network = nn.Sequential(nn.Flatten(), linear);

        var changed = new PowerIteration(Radius).Change(network, views, Keys).sub(views).flatten(1);

        var directions = RandomNormals.Draw(Keys, 6, CPU).to_type(ScalarType.Float64);
        var weight64 = weight.to_type(ScalarType.Float64);
        for (var i = 0; i < Views; i++)
        {
            var p = weight64.mv(views[i].flatten().to_type(ScalarType.Float64)).softmax(0);
            var hessian = weight64.t().mm(diag(p).sub(outer(p, p))).mm(weight64);
            var expected = hessian.mv(directions[i]);
            expected = expected.div(expected.norm()).Times(Radius * Math.Sqrt(6));
            Close.To(expected.to_type(ScalarType.Float32), changed[i], 0.01 * Radius);
        }
    }

    [Fact]
    public void Perturbation_changes_the_prediction_more_than_a_random_one_of_the_same_length()
    {
        using var scope = NewDisposeScope();
        var network = TinyNetwork();
        var views = Pattern.Uniform("views", Views, 1, 8, 8).Times(0.5).Plus(0.5);
        var changed = new PowerIteration(0.05).Change(network, views, Keys);
        var random = RandomNormals.Draw(Keys, 64, CPU).view(views.shape);
        random = views.add(random.div(random.flatten(1).norm(1).view(-1, 1, 1, 1)).Times(0.05 * 8));

        using var frozen = no_grad();
        var clean = network.forward(views);
        var (found, drawn) = (Divergence(changed), Divergence(random));

        Assert.All(
            changed.sub(views).flatten(1).norm(1).ReadAll<float>(), length => Assert.Equal(0.05 * 8, length, 1e-4));
        Assert.True(found > 1.5 * drawn, $"{found} and {drawn}");

        double Divergence(Tensor other) => PowerIteration.Divergence(clean, network.forward(other)).sum().ReadDouble();
    }

    [Fact]
    public void Search_leaves_weights_statistics_and_gradients_as_they_were()
    {
        using var scope = NewDisposeScope();
        var network = TinyNetwork();
        var views = Pattern.Uniform("views", Views, 1, 8, 8);
        network.forward(views).sum().backward();
        var before = State(network);

        new PowerIteration(0.05).Change(network, views, Keys);

        Assert.Equal(before.Length, State(network).Length);
        Assert.All(before.Zip(State(network)), pair => Close.Exactly(pair.First, pair.Second));
    }

    private static Tensor[] State(nn.Module network) =>
    [
        .. network.state_dict().Values.Select(tensor => tensor.clone()),
        .. network.parameters().Select(parameter => parameter.grad!.clone()),
    ];

    private static nn.Module<Tensor, Tensor> TinyNetwork()
    {
        var network = nn.Sequential(
            nn.Conv2d(1, 6, 3L), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 36, Classes));
        Pattern.Fill(network);
        return network;
    }

    private static void Set(TorchSharp.Modules.Linear linear, Tensor weight)
    {
        using var frozen = no_grad();
        linear.weight!.copy_(weight);
    }
}
