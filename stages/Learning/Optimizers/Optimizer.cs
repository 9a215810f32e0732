using static TorchSharp.torch;

namespace Distill.Learning.Optimizers;

/// <summary>
/// One face for all optimizers: a step at a given rate over flat parameters, and buffers that a checkpoint saves. The
/// rate comes from outside, a pure function of the step (<see cref="Schedule"/>); an optimizer counts nothing itself.
/// </summary>
public abstract class Optimizer(FlatParameters parameters) : IDisposable
{
    private readonly Dictionary<string, Tensor> _buffers = [];

    protected FlatParameters Parameters => parameters;

    /// <summary>The state beside the parameters, by name, each laid out like <see cref="FlatParameters.Values"/>.</summary>
    public IReadOnlyDictionary<string, Tensor> Buffers => _buffers;

    /// <summary>Copies of the buffers as checkpoints hold them: on the CPU, one parameter after the other without padding.</summary>
    public IReadOnlyDictionary<string, Tensor> Packed() =>
        _buffers.ToDictionary(buffer => buffer.Key, buffer => parameters.Packed(buffer.Value));

    /// <summary>Fills the buffers with what <see cref="Packed"/> gave.</summary>
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

    public static Optimizer Create(OptimizerOptions options, FlatParameters parameters) => options.Kind switch
    {
        OptimizerKind.Sgd => new Sgd(options, parameters),
        OptimizerKind.Lars => new Lars(options, parameters),
        _ => new AdamW(options, parameters),
    };

    private protected virtual void Dispose(bool disposing)
    {
        foreach (var buffer in _buffers.Values)
        {
            buffer.Dispose();
        }
    }

    private protected abstract void Update(long step, double rate);

    private protected Tensor Buffer(string name)
    {
        var buffer = zeros_like(parameters.Values).DetachFromDisposeScope();
        _buffers.Add(name, buffer);
        return buffer;
    }

    /// <summary>The slice that weight decay applies to.</summary>
    private protected Tensor Decayed(Tensor flat) => flat.narrow(0, 0, parameters.DecayedLength);
}
