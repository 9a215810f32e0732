using Distill.Learning.Optimizers;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Learning.Optimizers;

/// <summary>Compares twenty steps of the optimizers with PyTorch's (make_optimizers.py).</summary>
[Collection(TorchTests.Name)]
public sealed class OptimizerGoldenTests
{
    [Theory]
    [InlineData(OptimizerKind.AdamW, 0.9, "adamw")]
    [InlineData(OptimizerKind.AdamW, 0, "adamw-0")]
    [InlineData(OptimizerKind.Sgd, 0, "sgd")]
    [InlineData(OptimizerKind.Lars, 0, "lars")]
    public void Twenty_steps_give_the_weights_of_PyTorch(OptimizerKind kind, double beta1, string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("optimizers");
        using var network = Tiny.Network();
        using var parameters = new FlatParameters(network);
        using var optimizer = Optimizer.Create(new OptimizerOptions(kind, 1, 0.1, 0.9, 0) { Beta1 = beta1 }, parameters);
        for (var step = 0; step < 20; step++)
        {
            Tiny.Backward(network, step);
            optimizer.Step(step, Tiny.Rate(step));
            parameters.ZeroGradients();
        }

        foreach (var (key, parameter) in network.named_parameters())
        {
            Close.To(golden[$"{name}/{key}"], parameter, 2e-6, key);
        }
    }
}
