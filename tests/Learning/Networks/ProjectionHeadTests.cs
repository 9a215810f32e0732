using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

[Collection(TorchTests.Name)]
public sealed class ProjectionHeadTests
{
    private const string Shift = "layers.2.bn.bias";

    [Fact]
    public void Outputs_and_gradients_equal_PyTorchs()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("heads");
        using var head = Build();
        Pattern.Fill(head);
        using (no_grad())
        {
            head.get_parameter(Shift)!.zero_();
        }

        var features = Pattern.Uniform("features", 7, 12);
        head.eval();
        Close.To(golden["eval"], head.forward(features), 1e-5);
        head.train();
        var z = head.forward(features);
        Close.To(golden["train"], z, 1e-5);
        z.mul(Pattern.Uniform("cotangent", z.shape)).sum().backward();
        Close.To(golden["gradient"], head.get_parameter("layers.0.linear.weight")!.grad!, 1e-5);
        Close.To(golden["scale_gradient"], head.get_parameter("layers.2.bn.weight")!.grad!, 1e-5);
    }

    [Fact]
    public void Layers_have_no_bias_and_the_last_batch_norm_has_no_shift()
    {
        using var scope = NewDisposeScope();
        using var head = Build();
        Assert.DoesNotContain(head.state_dict().Keys, key => key.EndsWith("linear.bias", StringComparison.Ordinal));
        using var parameters = new FlatParameters(head);
        using var optimizer = Optimizer.Create(OptimizerOptions.Default, parameters);
        for (var step = 0; step < 3; step++)
        {
            head.forward(Pattern.Uniform($"features{step}", 7, 12)).pow(3).sum().backward();
            optimizer.Step(step, 0.1);
            parameters.ZeroGradients();
        }

        Assert.DoesNotContain(parameters.Slices, slice => slice.Name == Shift);
        Assert.Equal(0, head.state_dict()[Shift].abs().max().ToSingle());
        Assert.NotEqual(0, head.state_dict()["layers.1.bn.bias"].abs().max().ToSingle());
    }

    [Fact]
    public void Without_layers_the_features_are_the_projection()
    {
        using var scope = NewDisposeScope();
        using var head = new ProjectionHead(12, 5, 0, null);
        var features = Pattern.Uniform("features", 7, 12).requires_grad_();
        var z = head.forward(features);
        z.sum().backward();
        Close.To(features, z, 0);
        Close.To(ones(7, 12), features.grad!, 0);
        Assert.Empty(head.state_dict());
    }

    private static ProjectionHead Build()
    {
        using var generator = RandomKey.FromSeed(1).Generator();
        return new ProjectionHead(12, 5, 3, generator);
    }
}
