using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>
/// The moving copy of the network and the queue of its projections (<see cref="QueueOptions"/>). Where the next keys go and how many there
/// are is a function of the step, so the copy's weights and the queue are all that a checkpoint has to hold.
/// </summary>
internal sealed class KeyQueue : IDisposable
{
    private readonly ContrastiveNetwork _copy;
    private readonly Tensor _queue_QP;
    private readonly QueueOptions _options;
    private readonly Compute _compute;
    private readonly MovingAverage _average;
    private readonly int _keysAStep;
    private Tensor? _views;

    /// <param name="copy">Another network of the same plan, on its device; the queue disposes of it.</param>
    /// <param name="network">The network that learns, at its start.</param>
    /// <param name="projection">Length of a key.</param>
    /// <param name="keysAStep">Views a step.</param>
    /// <param name="options">Length of the queue and momentum.</param>
    /// <param name="compute">Device and arithmetic.</param>
    public KeyQueue(ContrastiveNetwork copy, ContrastiveNetwork network, int projection, int keysAStep, QueueOptions options, Compute compute)
    {
        (_copy, _keysAStep, _options, _compute) = (copy, keysAStep, options, compute);
        _average = new MovingAverage(options.Momentum);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        _queue_QP = zeros(options.Size, projection, device: compute.Device).DetachFromDisposeScope();
        Weights.CopyAll(copy, network);
        copy.train();
    }

    /// <summary>What a resumed run needs, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _copy.state_dict()
        .ToDictionary(entry => "copy." + entry.Key, entry => entry.Value)
        .Append(KeyValuePair.Create("queue", _queue_QP))
        .ToDictionary();

    /// <summary>The keys of the steps before this one, of length 1; null before the first.</summary>
    public Tensor? KeysAt(long step) =>
        step == 0 ? null : _queue_QP.narrow(0, 0, Math.Min(step * _keysAStep, _options.Size));

    /// <summary>Keeps this step's views until <see cref="Update"/>: backward still needs the queue as it is.</summary>
    public void Hold(Tensor views_MCHW)
    {
        _views?.Dispose();
        _views = views_MCHW.detach().DetachFromDisposeScope();
    }

    /// <summary>After the optimizer's step: the copy moves towards the network, and its projections of the step's views join the queue.</summary>
    public void Update(ContrastiveNetwork network, long step)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        _average.Move([.. _copy.parameters()], [.. network.parameters()]);
        using (_compute.BeginAutocast())
        {
            var keys_MP = nn.functional.normalize(_copy.forward(_views!).to_type(ScalarType.Float32), dim: 1);
            var first = step * _keysAStep;
            var places_M = NewTensors.Range(first, first + _keysAStep, _compute.Device).Modulo_(_options.Size);
            _queue_QP.index_copy_(0, places_M, keys_MP);
        }

        _views!.Dispose();
        _views = null;
    }

    public void Dispose()
    {
        _views?.Dispose();
        _queue_QP.Dispose();
        _average.Dispose();
        _copy.Dispose();
    }
}
