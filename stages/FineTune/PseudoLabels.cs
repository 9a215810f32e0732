// N unlabeled images of a step, M of them of this process, K classes
using Distill.Imaging.Evaluation;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.FineTune;

/// <summary>
/// A moving average of the network that trains, the averages of its batch norms included, and the pseudo-labels that it gives in inference
/// mode: the most probable class, where its probability reaches a threshold.
/// </summary>
internal sealed class PseudoLabels : IDisposable
{
    private readonly UnlabeledOptions _options;
    private readonly Compute _compute;
    private readonly IRanks _ranks;
    private readonly int _batch;
    private readonly MovingAverage _average = new();
    private readonly Tensor _mean_K;
    private readonly Tensor _kept;
    private Tensor? _probabilities_MK;
    private Tensor? _classes_M;
    private Tensor? _mask_M;

    /// <param name="network">The average, which starts as a copy of the network to train; owned by the caller.</param>
    /// <param name="classes">K.</param>
    /// <param name="batch">Images that are labeled at a time.</param>
    /// <param name="options">Thresholds and averages.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="ranks">The processes that train together. All have the same averages.</param>
    public PseudoLabels(FineTunedNetwork network, int classes, int batch, UnlabeledOptions options, Compute compute, IRanks ranks)
    {
        (Network, _batch, _options, _compute, _ranks) = (network, batch, options, compute, ranks);
        using var scope = NewDisposeScope();
        _mean_K = ones(classes, device: compute.Device).Over_((double)classes).DetachFromDisposeScope();
        _kept = zeros(1, device: compute.Device).DetachFromDisposeScope();
        network.eval();
    }

    /// <summary>The averaged network.</summary>
    public FineTunedNetwork Network { get; }

    /// <summary>The mean share of unlabeled images whose pseudo-labels are used.</summary>
    public double Kept => _kept.ReadDouble();

    /// <summary>The tensors that a checkpoint must contain, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => Network.state_dict()
        .ToDictionary(entry => "average." + entry.Key, entry => entry.Value)
        .Append(KeyValuePair.Create("predictions", _mean_K))
        .Append(KeyValuePair.Create("kept", _kept))
        .ToDictionary();

    /// <summary>What is added to the logits of the network that learns: Debiasing · ln q, [K].</summary>
    public Tensor Margin_K => _mean_K.AtLeast(1e-6).log().Times(_options.Debiasing);

    /// <summary>Labels views: this process's share of a step.</summary>
    public void Label(StepInputs views)
    {
        Forget();
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        using var form = InferenceNetwork.Create(Network, _compute);
        long[][] batches = [.. Enumerable.Range(0, (int)views.Rows).Select(row => (long)row).Chunk(_batch)];
        var logits_MK = Inference.Forward(form, batches.Length, batch => views.At(batches[batch]), _compute);
        _probabilities_MK = logits_MK.softmax(1).DetachFromDisposeScope();
        var (largest_M, classes_M) = logits_MK.sub(Margin_K).softmax(1).max(1);
        _classes_M = classes_M.DetachFromDisposeScope();
        var share_K = _options.ThresholdsByClass ? _mean_K.div(_mean_K.max()) : ones_like(_mean_K);
        var threshold_M = share_K.index_select(0, classes_M).Times(_options.Threshold);
        _mask_M = largest_M.ge(threshold_M).to_type(ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>Returns the classes and weights, 0 or 1, of some of the labeled views.</summary>
    public (Tensor Classes, Tensor Mask) At(long first, long count) =>
        (_classes_M!.narrow(0, first, count), _mask_M!.narrow(0, first, count));

    /// <summary>Moves all averages toward the network and its predictions after optimizer step <paramref name="step"/> (from 0).</summary>
    public void Update(FineTunedNetwork network, long step)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var momentum = MovingAverage.WarmedUp(_options.Momentum, step);
        _average.Move(Averaged(Network), Averaged(network), momentum);
        // The rows of all ranks, because a sum of their sums would have other bits than that of one process.
        var classes = _mean_K.shape[0];
        var means = _ranks.Gather(cat([_probabilities_MK!, _mask_M!.unsqueeze(1)], 1)).mean([0L]);
        _average.Move([_mean_K, _kept], [means.narrow(0, 0, classes), means.narrow(0, classes, 1)], momentum);
    }

    public void Dispose()
    {
        Forget();
        _mean_K.Dispose();
        _kept.Dispose();
        _average.Dispose();
    }

    private static Tensor[] Averaged(FineTunedNetwork network) =>
        [.. network.state_dict().Values.Where(tensor => tensor.is_floating_point())];

    private void Forget()
    {
        _probabilities_MK?.Dispose();
        _classes_M?.Dispose();
        _mask_M?.Dispose();
    }
}
