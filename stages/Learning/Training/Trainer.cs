using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Training.Passes;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>Takes the steps of a task: inputs, forward pass, loss, backward pass, update.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly Device _device;
    private readonly FlatParameters _parameters;
    private readonly NetworkPasses _passes;

    /// <param name="task">What is trained; its network is on its device.</param>
    /// <param name="options">Batch and optimizer.</param>
    /// <param name="settings">Where and how.</param>
    /// <param name="note">Told of what the user should know.</param>
    public Trainer(TrainingTask task, TrainingOptions options, RunSettings settings, Action<string> note)
    {
        (_task, _options, _device) = (task, options, settings.Compute.Device);
        _parameters = new FlatParameters(task.Network);
        Optimizer = Optimizer.Create(options.Optimizer, _parameters);
        _passes = NetworkPasses.Of(task, _parameters, options.Groups, settings, note);
    }

    public Optimizer Optimizer { get; }

    /// <summary>Whether every step's loss is read, and one that is no number changes nothing. Elsewhere reading would make the device wait.</summary>
    public required bool ReadsEveryStep { get; init; }

    /// <summary>Whether all weights are finite.</summary>
    public bool IsFinite
    {
        get
        {
            using var scope = NewDisposeScope();
            return double.IsFinite(_parameters.Values.detach().norm().ReadDouble());
        }
    }

    /// <summary>Takes one step. Where its loss and gradient are read and are not finite, nothing has changed after it.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="read">Whether to read loss and gradient where that is not done anyway.</param>
    /// <exception cref="InsufficientMemoryException">A step needs more memory than there is.</exception>
    public StepReading Take(long step, double rate, bool read)
    {
        try
        {
            return TakeOnce(step, rate, read);
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            // Smaller batches would be another training: batch norm, and in pretraining the loss, look at a batch as a whole.
            throw new InsufficientMemoryException(
                $"a step of {_options.BatchSize} images does not fit into the memory of {_device}. "
                + $"Raise groups above {_options.Groups} (each group is normalized separately), or reduce batchSize, the network or the image size",
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
        // One dispose scope a step: nothing native outlives it.
        using var scope = NewDisposeScope();
        var loss = Differentiate(step, _task.Inputs(step));
        var reading = read || ReadsEveryStep
            ? new StepReading(loss.ReadDouble(), _parameters.Gradients.norm().ReadDouble())
            : StepReading.Unread;
        if (reading.IsSound)
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

    /// <summary>The loss of a step, and its gradient in <see cref="_parameters"/>; where that takes too much memory, once more in a thriftier way.</summary>
    private Tensor Differentiate(long step, Tensor inputs)
    {
        try
        {
            return DifferentiateOnce(step, inputs);
        }
        catch (Exception error) when (_passes.CanEconomize && OutOfMemory.Is(error))
        {
            _passes.ReduceMemory();
            return DifferentiateOnce(step, inputs);
        }
    }

    private Tensor DifferentiateOnce(long step, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var outputs = _passes.Forward(inputs);
        var loss = _task.Loss(step, outputs);
        loss.backward();
        _passes.Backward(outputs.grad!);
        return loss.detach().MoveToOuterDisposeScope();
    }
}
