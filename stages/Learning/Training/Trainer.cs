using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Training.Passes;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>Takes the steps of a task: inputs, forward pass, loss, backward pass, update.</summary>
internal sealed class Trainer : IDisposable
{
    // A span has at most 2 GiB.
    private const long SummedAtOnce = 1 << 26;

    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly Device _device;
    private readonly FlatParameters _parameters;
    private readonly NetworkPasses _passes;
    private readonly BatchShare _share;
    private readonly StepClock _clock = new(TimeProvider.System);

    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="options">Batch size, groups and optimizer.</param>
    /// <param name="settings">Device and gradient caching.</param>
    /// <param name="note">Receives what the user should know.</param>
    public Trainer(TrainingTask task, TrainingOptions options, RunSettings settings, Action<string> note)
    {
        (_task, _options, _device) = (task, options, settings.Compute.Device);
        _share = BatchShare.Of(settings.Ranks);
        _parameters = new FlatParameters(task.Network);
        Optimizer = Optimizer.Create(options.Optimizer, _parameters, task.AdaptsClassifier);
        _passes = NetworkPasses.Create(task, _parameters, options.Groups, settings, note);
    }

    public Optimizer Optimizer { get; }

    /// <summary>
    /// Whether every step's loss is read, so that a non-finite one changes nothing. On a GPU, each reading would make the device wait.
    /// </summary>
    public required bool ReadsEveryStep { get; init; }

    /// <inheritdoc cref="StepClock.SecondsPerStep"/>
    public double SecondsPerStep => _clock.SecondsPerStep;

    /// <summary>Whether all weights are finite, and what the task keeps beside them.</summary>
    public bool HasFiniteState
    {
        get
        {
            using var scope = NewDisposeScope();
            return AreFinite(_parameters.Values) && _task.ExtraState.Values.Where(tensor => tensor.is_floating_point()).All(AreFinite);

            static bool AreFinite(Tensor values) => double.IsFinite(values.detach().norm().ReadDouble());
        }
    }

    /// <summary>Returns a number that depends on every bit of the weights, as ranks compare it.</summary>
    public long WeightsChecksum()
    {
        using var scope = NewDisposeScope();
        return _parameters.Values.detach().split(SummedAtOnce).Aggregate(0L, (sum, part) => (31 * sum) + Crc32C.Compute(part.cpu().bytes));
    }

    /// <summary>Takes one step. If its loss or gradient is read and not finite, the step changes nothing.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="read">Whether to read loss and gradient even if <see cref="ReadsEveryStep"/> is false.</param>
    /// <exception cref="InsufficientMemoryException">The step needs more memory than there is.</exception>
    public StepReading Take(long step, double rate, bool read)
    {
        try
        {
            return _clock.Time(() => TakeOnce(step, rate, read));
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            // A smaller batch would change the results: batch norm, and in pretraining the loss, depend on the whole batch.
            throw new InsufficientMemoryException(
                $"a step of {_options.BatchSize} images does not fit into the memory of {_device}. "
                + $"Raise groups above {_options.Groups} (each group is normalized separately), "
                + "or reduce batchSize, the network or the image size; ./distill rehearse --plan shows what fits",
                error);
        }
    }

    public void Dispose()
    {
        _passes.Dispose();
        Optimizer.Dispose();
        _parameters.Dispose();
    }

    private StepReading TakeOnce(long step, double rate, bool read)
    {
        // One dispose scope per step: nothing native outlives it.
        using var scope = NewDisposeScope();
        using var inputs = _task.Inputs(step, _share);
        var loss = Differentiate(step, inputs);
        var reading = read || ReadsEveryStep
            ? new StepReading(loss.ReadDouble(), _parameters.Gradients.norm().ReadDouble())
            : StepReading.Unread;
        if (reading.IsFinite)
        {
            Optimizer.Step(step, rate);
            _task.AfterStep(step);
        }
        else
        {
            _passes.Undo();
        }

        _parameters.ZeroGradients();
        return reading;
    }

    /// <summary>
    /// Computes the loss, and its gradient in <see cref="_parameters"/>. If memory runs out, the groups run one after the other from
    /// now on.
    /// </summary>
    private Tensor Differentiate(long step, StepInputs inputs)
    {
        try
        {
            return _passes.Differentiate(step, inputs);
        }
        catch (Exception error) when (_passes.CanReduceMemory && OutOfMemory.Is(error))
        {
            _passes.ReduceMemory();
            return _passes.Differentiate(step, inputs);
        }
    }
}

/// <summary>Loss and gradient of a step, as far as they were read from the device.</summary>
/// <param name="Loss">The loss; null if it was not read.</param>
/// <param name="GradientNorm">The norm of the whole gradient; null if it was not read.</param>
internal readonly record struct StepReading(double? Loss, double? GradientNorm)
{
    public static readonly StepReading Unread = new(null, null);

    /// <summary>Whether nothing that was read is NaN or infinite.</summary>
    public bool IsFinite => double.IsFinite(Loss ?? 0) && double.IsFinite(GradientNorm ?? 0);
}
