// N views of a step, K classes
using Distill.Datasets.Images;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>Stored views, cut again from their crops, with stored logits.</summary>
internal sealed class StoredTargets : ITargets
{
    private readonly List<int> _images;
    private readonly List<Crop> _crops;
    private readonly SoftTargetLogits _logits;
    private readonly Tensor? _shift_K;
    private readonly BatchPlan _batches;

    /// <param name="targets">The teacher's soft targets.</param>
    /// <param name="frequencies">Frequency of each class among the teacher's labels; null unless frequencies are estimated.</param>
    /// <param name="options">Temperature of the teacher, class frequencies and batch size.</param>
    /// <param name="device">The device that trains.</param>
    /// <param name="random">The random key of the stage.</param>
    public StoredTargets(
        SoftTargetTable targets, IReadOnlyList<double>? frequencies, DistillOptions options, Device device, RandomKey random)
    {
        // The table itself is not kept, because its logits move to the device.
        (_images, _crops) = (targets.Images, targets.Crops);
        _batches = new BatchPlan(random, targets.Count, options.Training.BatchSize);
        _logits = SoftTargetLogits.Load(targets, device);
        _shift_K = options.ClassFrequencies switch
        {
            ClassFrequencies.Equal => ClassBalance.Shifts(_logits, options.TeacherTemperature).DetachFromDisposeScope(),
            ClassFrequencies.Estimated =>
                LabelShift.Shifts(_logits, options.TeacherTemperature, frequencies!).DetachFromDisposeScope(),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public double EpochsAfter(long steps) => _batches.EpochsAfter(steps);

    /// <inheritdoc/>
    public IEnumerable<ViewRequest> ViewsAt(long step) =>
        _batches.At(step).Select(sample => new ViewRequest(_images[sample.Index], _crops[sample.Index]));

    /// <inheritdoc/>
    public void Show(StepInputs inputs, long[] views)
    {
    }

    /// <inheritdoc/>
    public Tensor LogitsAt(long step, Range views)
    {
        long[] rows = [.. _batches.At(step)[views].Select(sample => (long)sample.Index)];
        var logits_NK = _logits.Take(tensor(rows).OnDevice(_logits.Device));
        return _shift_K is null ? logits_NK : ClassBalance.Apply(logits_NK, _shift_K);
    }

    public void Dispose()
    {
        _logits.Dispose();
        _shift_K?.Dispose();
    }
}
