// M views of a step, C channels, H height, W width, P outputs of the projection head, Q keys in the queue
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>
/// The momentum copy of the network and the queue of its projections, the keys (<see cref="QueueOptions"/>). The copy projects the views
/// in the groups of the network, so keys and queries are normalized alike, and only one group's activations are in memory.
/// </summary>
internal sealed class KeyQueue : IDisposable
{
    private readonly ContrastiveNetwork _copy;
    private readonly Tensor _queue_QP;
    private readonly Tensor _written;
    private readonly QueueOptions _options;
    private readonly int _groups;
    private readonly Compute _compute;
    private readonly IRanks _ranks;
    private readonly SharedBatch? _batch;
    private readonly MovingAverage _average = new();
    private StepInputs? _views;

    /// <param name="copy">A second network of the same architecture, on its device; the queue owns it.</param>
    /// <param name="network">The network to train, before its first step.</param>
    /// <param name="projection">Length of a key.</param>
    /// <param name="options">Length of the queue, and momentum.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="ranks">The processes that train together. Each projects its views, and all have the same queue.</param>
    public KeyQueue(
        ContrastiveNetwork copy,
        ContrastiveNetwork network,
        int projection,
        QueueOptions options,
        int groups,
        Compute compute,
        IRanks ranks)
    {
        (_copy, _options, _groups, _compute, _ranks) = (copy, options, Math.Max(1, groups / ranks.Count), compute, ranks);
        _batch = groups < ranks.Count ? new SharedBatch(copy, ranks) : null;
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        _queue_QP = zeros(options.Size, projection, device: compute.Device).DetachFromDisposeScope();
        _written = zeros(1, ScalarType.Int64).DetachFromDisposeScope();
        Weights.CopyAll(copy, network);
        copy.train();
    }

    /// <summary>The tensors that a checkpoint must contain, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _copy.state_dict()
        .ToDictionary(entry => "copy." + entry.Key, entry => entry.Value)
        .Append(KeyValuePair.Create("queue", _queue_QP))
        .Append(KeyValuePair.Create("written", _written))
        .ToDictionary();

    /// <summary>Number of keys in the queue. Steps that were skipped have none.</summary>
    public long Count => Math.Min(_written.ReadInt64(), _options.Size);

    /// <summary>Returns the normalized keys of earlier steps; null if there are none.</summary>
    public Tensor? Keys() => Count is var count and > 0 ? _queue_QP.narrow(0, 0, count) : null;

    /// <summary>
    /// Remembers the views of this step for <see cref="Update"/>, because the backward pass still needs the unchanged queue. The trainer
    /// owns them.
    /// </summary>
    public void Hold(StepInputs views) => _views = views;

    /// <summary>
    /// Moves the copy toward the network after optimizer step <paramref name="step"/> (from 0), and writes its projections of the step's
    /// views into the queue.
    /// </summary>
    public void Update(ContrastiveNetwork network, long step)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        _average.Move([.. _copy.parameters()], [.. network.parameters()], MovingAverage.WarmedUp(_options.Momentum, step));
        var own_MP = cat([.. Enumerable.Range(0, _groups).Select(Project)]);
        // In parts of a group, which the queue is never shorter than.
        foreach (var keys_MP in _ranks.Gather(own_MP).chunk(_groups * _ranks.Count))
        {
            Write(keys_MP);
        }

        _views = null;
    }

    public void Dispose()
    {
        _queue_QP.Dispose();
        _written.Dispose();
        _average.Dispose();
        _batch?.Dispose();
        _copy.Dispose();
    }

    private Tensor Project(int group)
    {
        using var scope = NewDisposeScope();
        using var autocast = _compute.BeginAutocast();
        var views_MCHW = _views!.Group(group, _groups);
        return nn.functional.normalize(_copy.forward(views_MCHW).to_type(ScalarType.Float32), dim: 1).MoveToOuterDisposeScope();
    }

    private void Write(Tensor keys_MP)
    {
        using var scope = NewDisposeScope();
        var (first, count) = (_written.ReadInt64(), keys_MP.shape[0]);
        var places_M = NewTensors.Range(first, first + count, _compute.Device).Modulo_(_options.Size);
        _queue_QP.index_copy_(0, places_M, keys_MP);
        _written.Plus_(count);
    }
}
