using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>
/// A moving average of a network's weights. Its buffers, the statistics of batch norm, are those of the network: as in the authors' code of
/// FixMatch.
/// </summary>
/// <param name="network">The average, which starts as a copy of the network; owned by the caller.</param>
/// <param name="momentum">Fraction that a step keeps, after a warm-up.</param>
internal sealed class AveragedNetwork(nn.Module<Tensor, Tensor> network, double momentum) : IDisposable
{
    private readonly MovingAverage _average = new();

    /// <summary>The averaged network.</summary>
    public nn.Module<Tensor, Tensor> Network => network;

    /// <summary>The tensors that a checkpoint must contain, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State =>
        network.state_dict().ToDictionary(entry => "average." + entry.Key, entry => entry.Value);

    /// <summary>Moves the average toward the network after optimizer step <paramref name="step"/> (from 0).</summary>
    public void Update(nn.Module<Tensor, Tensor> trained, long step)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        _average.Move([.. network.parameters()], [.. trained.parameters()], MovingAverage.WarmedUp(momentum, step));
        foreach (var (own, other) in network.buffers().Zip(trained.buffers()))
        {
            own.copy_(other);
        }
    }

    public void Dispose() => _average.Dispose();
}
