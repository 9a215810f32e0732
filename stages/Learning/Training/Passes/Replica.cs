using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>A network that shares its weights with others, and has its own gradients and running statistics.</summary>
internal sealed class Replica : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly FlatParameters? _own;
    private readonly Compute _compute;
    private Tensor? _outputs;

    /// <summary>Makes the trained network the first replica. The caller keeps ownership of all arguments.</summary>
    public Replica(nn.Module<Tensor, Tensor> network, FlatParameters parameters, RunningStatistics statistics, Compute compute) =>
        (_network, Gradients, Statistics, _compute) = (network, parameters.Gradients, statistics, compute);

    /// <summary>Makes another network a replica, which owns <paramref name="network"/>.</summary>
    public Replica(nn.Module<Tensor, Tensor> network, FlatParameters shared, Compute compute)
    {
        (_network, _compute) = (network, compute);
        _own = FlatParameters.Sharing(network, shared);
        Gradients = _own.Gradients;
        Statistics = new RunningStatistics(network);
        network.train();
    }

    /// <summary>The gradients that backward passes add to.</summary>
    public Tensor Gradients { get; }

    public RunningStatistics Statistics { get; }

    /// <summary>
    /// Computes the outputs, fp32 and without graph. The graph is kept for <see cref="Backward"/>. The caller disposes of the outputs.
    /// </summary>
    public Tensor Forward(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using (_compute.BeginAutocast())
        {
            _outputs = _network.forward(inputs).to_type(ScalarType.Float32).DetachFromDisposeScope();
        }

        return _outputs.detach().DetachFromDisposeScope();
    }

    /// <summary>Takes the gradient of the outputs back, adds to <see cref="Gradients"/>, and frees the graph.</summary>
    public void Backward(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        _outputs!.backward([gradient]);
        Forget();
    }

    /// <summary>Frees the graph of the last forward pass.</summary>
    public void Forget()
    {
        _outputs?.Dispose();
        _outputs = null;
    }

    public void Dispose()
    {
        Forget();
        if (_own is not null)
        {
            _network.Dispose();
            _own.Dispose();
            Statistics.Dispose();
        }
    }
}
