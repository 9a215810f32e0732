using static TorchSharp.torch;

namespace Distill.Learning.Optimizers;

/// <summary>
/// Base class of all optimizers. An optimizer updates flat parameters at a given rate, and has buffers that checkpoints save. The rate is
/// a pure function of the step (<see cref="Schedule"/>), so an optimizer has no counters.
/// </summary>
public abstract class Optimizer(FlatParameters parameters) : IDisposable
{
    private readonly Dictionary<string, Tensor> _buffers = [];

    protected FlatParameters Parameters => parameters;

    /// <summary>The state of the optimizer, by name; each tensor is laid out like <see cref="FlatParameters.Values"/>.</summary>
    public IReadOnlyDictionary<string, Tensor> Buffers => _buffers;

    /// <summary>Copies the buffers to the CPU, without padding, as checkpoints hold them.</summary>
    public IReadOnlyDictionary<string, Tensor> Pack() =>
        _buffers.ToDictionary(buffer => buffer.Key, buffer => parameters.Pack(buffer.Value));

    /// <summary>Fills the buffers from a result of <see cref="Pack"/>.</summary>
    public void Unpack(IReadOnlyDictionary<string, Tensor> packed)
    {
        foreach (var (name, buffer) in _buffers)
        {
            parameters.Unpack(packed[name], buffer);
        }
    }

    /// <summary>Applies the gradients at <paramref name="rate"/>, as step number <paramref name="step"/> (from 0).</summary>
    public void Step(long step, double rate)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Update(step, rate);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Creates the optimizer of the options.</summary>
    /// <param name="options">The kind, and its numbers.</param>
    /// <param name="parameters">The parameters to update.</param>
    /// <param name="adaptsClassifier">Whether LARS adapts the weights of a classifier too.</param>
    public static Optimizer Create(OptimizerOptions options, FlatParameters parameters, bool adaptsClassifier = false) =>
        options.Kind switch
        {
            OptimizerKind.Sgd => new Sgd(options, parameters),
            OptimizerKind.Lars => new Lars(options, parameters, adaptsClassifier),
            _ => new AdamW(options, parameters),
        };

    private protected virtual void Dispose(bool disposing)
    {
        foreach (var buffer in _buffers.Values)
        {
            buffer.Dispose();
        }
    }

    /// <summary>Updates the parameters from their gradients, without recording a graph.</summary>
    private protected abstract void Update(long step, double rate);

    /// <summary>Creates a buffer of zeros that checkpoints save under a name.</summary>
    private protected Tensor Buffer(string name)
    {
        var buffer = zeros_like(parameters.Values).DetachFromDisposeScope();
        _buffers.Add(name, buffer);
        return buffer;
    }

    /// <summary>The slice with weight decay.</summary>
    private protected Tensor Decayed(Tensor flat) => flat.narrow(0, 0, parameters.DecayedLength);
}
