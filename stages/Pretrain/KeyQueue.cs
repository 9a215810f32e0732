// M views of a step, C channels, H height, W width, P outputs of the projection head, Q keys in the queue
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>
/// The momentum copy of the network and the queue of its projections, the keys (<see cref="QueueOptions"/>). The position and number of the
/// keys follow from the step, so a checkpoint needs only the copy's weights and the queue.
/// </summary>
internal sealed class KeyQueue : IDisposable
{
    private readonly ContrastiveNetwork _copy;
    private readonly Tensor _queue_QP;
    private readonly QueueOptions _options;
    private readonly Compute _compute;
    private readonly MovingAverage _average;
    private readonly int _keysPerStep;
    private Tensor? _views;

    /// <param name="copy">A second network of the same architecture, on its device; the queue owns it.</param>
    /// <param name="network">The network to train, before its first step.</param>
    /// <param name="projection">Length of a key.</param>
    /// <param name="keysPerStep">Number of views per step.</param>
    /// <param name="options">Length of the queue, and momentum.</param>
    /// <param name="compute">Device and arithmetic.</param>
    public KeyQueue(
        ContrastiveNetwork copy, ContrastiveNetwork network, int projection, int keysPerStep, QueueOptions options, Compute compute)
    {
        (_copy, _keysPerStep, _options, _compute) = (copy, keysPerStep, options, compute);
        _average = new MovingAverage(options.Momentum);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        _queue_QP = zeros(options.Size, projection, device: compute.Device).DetachFromDisposeScope();
        Weights.CopyAll(copy, network);
        copy.train();
    }

    /// <summary>The tensors that a checkpoint must contain, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _copy.state_dict()
        .ToDictionary(entry => "copy." + entry.Key, entry => entry.Value)
        .Append(KeyValuePair.Create("queue", _queue_QP))
        .ToDictionary();

    /// <summary>Returns the normalized keys of earlier steps; null at step 0.</summary>
    public Tensor? KeysAt(long step) =>
        step == 0 ? null : _queue_QP.narrow(0, 0, Math.Min(step * _keysPerStep, _options.Size));

    /// <summary>
    /// Keeps the views of this step until <see cref="Update"/>, because the backward pass still needs the unchanged queue.
    /// </summary>
    public void Hold(Tensor views_MCHW)
    {
        _views?.Dispose();
        _views = views_MCHW.detach().DetachFromDisposeScope();
    }

    /// <summary>
    /// Moves the copy toward the network after an optimizer step, and writes its projections of the step's views into the queue.
    /// </summary>
    public void Update(ContrastiveNetwork network, long step)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        _average.Move([.. _copy.parameters()], [.. network.parameters()]);
        using (_compute.BeginAutocast())
        {
            var keys_MP = nn.functional.normalize(_copy.forward(_views!).to_type(ScalarType.Float32), dim: 1);
            var first = step * _keysPerStep;
            var places_M = NewTensors.Range(first, first + _keysPerStep, _compute.Device).Modulo_(_options.Size);
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
