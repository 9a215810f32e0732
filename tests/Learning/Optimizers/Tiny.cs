using Tests.Golden;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tests.Learning.Optimizers;

/// <summary>The network of make_optimizers.py and its gradients.</summary>
internal static class Tiny
{
    public static Sequential Network()
    {
        var network = nn.Sequential(
            ("conv", nn.Conv2d(2, 3, kernel_size: 3, bias: false)), ("norm", nn.BatchNorm2d(3)), ("fc", nn.Linear(3, 4)));
        Pattern.Fill(network);
        return network;
    }

    public static double Rate(int step) => 0.01 * (1 + step % 3);

    /// <summary>Sets the step's gradients, as a backward pass would.</summary>
    public static void Backward(nn.Module network, int step)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in network.named_parameters())
        {
            parameter.grad!.copy_(Pattern.Uniform($"{name}@{step}", parameter.shape));
        }
    }
}
