using Distill.Learning.Training;
using Distill.Rivals.Training;
using static TorchSharp.torch;

// B labeled images, N unlabeled ones, C channels, H height, W width
namespace Distill.Rivals.MetaPseudoLabels;

/// <summary>A student that learns from labels of a teacher, with an optimizer of its own.</summary>
internal sealed class TaughtStudent : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Compute _compute;
    private readonly AveragedNetwork? _average;
    private readonly SideTraining _training;
    private Tensor? _before;

    /// <param name="network">The student, on its device; owned by this object.</param>
    /// <param name="average">A copy of it, which becomes the average of its weights; null for none. Owned by this object.</param>
    /// <param name="options">Averaging, optimizer and steps.</param>
    /// <param name="compute">Arithmetic of the forward passes.</param>
    public TaughtStudent(nn.Module<Tensor, Tensor> network, nn.Module<Tensor, Tensor>? average, RivalOptions options, Compute compute)
    {
        (_network, _compute) = (network, compute);
        if (average is not null)
        {
            Weights.CopyAll(average, network);
        }

        _average = average is null ? null : new AveragedNetwork(average, options.Averaging);
        _training = new SideTraining(network, "student", options.Training.Optimizer, options.Training.Steps);
    }

    /// <summary>The student, or the average of its weights.</summary>
    public nn.Module<Tensor, Tensor> Result => _average?.Network ?? _network;

    /// <summary>The tensors that a checkpoint must contain, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State =>
        _training.State.Concat(_average?.State.Select(entry => KeyValuePair.Create("student-" + entry.Key, entry.Value)) ?? [])
            .ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <inheritdoc cref="SideTraining.BeginStep"/>
    public void BeginStep() => _training.BeginStep();

    /// <summary>
    /// Takes a step toward the teacher's labels of unlabeled images. If memory runs out, a second call with the same images measures what
    /// the step gained, and takes none if it was taken.
    /// </summary>
    /// <remarks>
    /// The losses before and after it are of the labeled images alone. Among the unlabeled ones, other statistics of batch norm would move
    /// them more than a step does.
    /// </remarks>
    /// <param name="step">The step, from 0.</param>
    /// <param name="images_BCHW">Labeled images, normalized together with the unlabeled ones.</param>
    /// <param name="labels_B">Their labels, which the student does not learn.</param>
    /// <param name="unlabeled_NCHW">Unlabeled images.</param>
    /// <param name="classes_N">The teacher's labels.</param>
    /// <returns>By how much the step reduced the loss of the labeled images: a scalar without a graph.</returns>
    public Tensor Learn(long step, Tensor images_BCHW, Tensor labels_B, Tensor unlabeled_NCHW, Tensor classes_N)
    {
        using var scope = NewDisposeScope();
        _network.train();
        if (!_training.HasStepped)
        {
            _before?.Dispose();
            _before = LossOf(images_BCHW, labels_B).DetachFromDisposeScope();
            var logits = Forward(cat([images_BCHW, unlabeled_NCHW]));
            var (labeled, unlabeled) = (labels_B.shape[0], classes_N.shape[0]);
            _training.Minimize(step, nn.functional.cross_entropy(logits.narrow(0, labeled, unlabeled), classes_N));
            _average?.Update(_network, step);
        }

        return _before!.sub(LossOf(images_BCHW, labels_B)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _training.Dispose();
        _average?.Network.Dispose();
        _average?.Dispose();
        _network.Dispose();
        _before?.Dispose();
    }

    /// <summary>Computes logits as the passes of a training do.</summary>
    private Tensor Forward(Tensor images)
    {
        using var arithmetic = _compute.BeginAutocast();
        return _network.call(images).to_type(ScalarType.Float32);
    }

    private Tensor LossOf(Tensor images_BCHW, Tensor labels_B)
    {
        using var frozen = no_grad();
        using var kept = new KeptBuffers(_network);
        return nn.functional.cross_entropy(Forward(images_BCHW), labels_B);
    }
}
