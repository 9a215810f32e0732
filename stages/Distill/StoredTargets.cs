// N views of a step, K classes
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>Stored views, cut again from their crops, with stored logits.</summary>
internal sealed class StoredTargets : ITargets
{
    private readonly SoftTargetRowFile _targets;
    private readonly SmoothedTargets? _smoothed;
    private readonly Tensor? _shift_K;
    private readonly StoredOrder _order;

    /// <param name="targets">The teacher's soft targets; owned by this object.</param>
    /// <param name="smoothed">The same, spread over neighbors; null for the teacher's own. Owned by this object.</param>
    /// <param name="reading">Watches how all of them are read.</param>
    /// <param name="frequencies">Frequency of each class among the teacher's labels; null unless frequencies are estimated.</param>
    /// <param name="options">Temperature of the teacher, class frequencies and batch size.</param>
    /// <param name="random">The random key of the stage.</param>
    public StoredTargets(
        SoftTargetRowFile targets,
        SmoothedTargets? smoothed,
        SoftTargetReading reading,
        IReadOnlyList<double>? frequencies,
        DistillOptions options,
        RandomKey random)
    {
        (_targets, _smoothed) = (targets, smoothed);
        _order = new StoredOrder(random, targets.Count, targets.ViewsPerImage ?? 1, options.Training.BatchSize, options.ViewsTogether);
        var logits = reading.Watch(Logits);
        _shift_K = options.ClassFrequencies switch
        {
            ClassFrequencies.Equal => ClassBalance.Shifts(logits, options.TeacherTemperature).DetachFromDisposeScope(),
            ClassFrequencies.Estimated =>
                LabelShift.Shifts(logits, options.TeacherTemperature, frequencies!).DetachFromDisposeScope(),
            _ => null,
        };
    }

    private ISoftTargetLogits Logits => (ISoftTargetLogits?)_smoothed ?? _targets;

    /// <inheritdoc/>
    public double EpochsAfter(long steps) => _order.PassesAfter(steps);

    /// <inheritdoc/>
    public IEnumerable<ViewRequest> ViewsAt(long step) => _order.At(step).Select(row =>
    {
        var (image, crop) = _targets.ViewAt(row);
        return new ViewRequest(image, crop);
    });

    /// <inheritdoc/>
    public void Show(StepInputs inputs, int first, long[] views)
    {
    }

    /// <inheritdoc/>
    public Tensor LogitsAt(long step, Range views)
    {
        var logits_NK = Logits.Take(_order.At(step)[views]);
        return _shift_K is null ? logits_NK : ClassBalance.Apply(logits_NK, _shift_K);
    }

    public void Dispose()
    {
        _smoothed?.Dispose();
        _targets.Dispose();
        _shift_K?.Dispose();
    }
}
