using System.Diagnostics;
using Benchmarks.Harness;
using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Workload;

/// <summary>A training whose steps are timed. It does the same steps as <see cref="TrainingLoop"/>.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly bool _onGpu;
    private readonly FlatParameters _parameters;
    private readonly Optimizer _optimizer;
    private readonly GraphPasses _passes;
    private long _step;

    /// <param name="task">Task to train, which must outlive the run.</param>
    /// <param name="options">Optimizer, batch size and steps.</param>
    /// <param name="settings">Device and precision.</param>
    public TrainingRun(TrainingTask task, TrainingOptions options, RunSettings settings)
    {
        (_task, _options, _onGpu) = (task, options, settings.Compute.Device.type != DeviceType.CPU);
        _parameters = new FlatParameters(task.Network);
        _optimizer = Optimizer.Create(options.Optimizer, _parameters, task.AdaptsClassifier);
        _passes = GraphPasses.Create(task, _parameters, options.Groups, settings.Compute);
        State = new TrainingState(task, _optimizer);
        task.Network.train();
    }

    /// <summary>State that a checkpoint saves.</summary>
    public TrainingState State { get; }

    /// <summary>Runs and times steps on the task's own data.</summary>
    public Reading Steps(int count) => Steps(count, _task.Inputs);

    /// <summary>Runs and times steps with other inputs, or another loss.</summary>
    /// <param name="count">Number of steps.</param>
    /// <param name="inputs">Makes the inputs of a step.</param>
    /// <param name="loss">Computes the loss of a step; null for the task's own.</param>
    public Reading Steps(int count, Func<long, StepInputs> inputs, Func<long, Tensor, Tensor>? loss = null)
    {
        Wait();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            Step(inputs, loss ?? _task.Loss);
        }

        Wait();
        return new Reading((long)count * _task.ItemsPerStep, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Enqueues steps on the task's own data, without waiting for the device.</summary>
    /// <returns>Number of images in these steps.</returns>
    public long Enqueue(int count) => Enqueue(count, _task.Inputs);

    /// <summary>Enqueues steps with other inputs, without waiting for the device.</summary>
    public long Enqueue(int count, Func<long, StepInputs> inputs)
    {
        for (var i = 0; i < count; i++)
        {
            Step(inputs, _task.Loss);
        }

        return (long)count * _task.ItemsPerStep;
    }

    /// <summary>Runs one step and times its parts.</summary>
    public Phases TimedStep() => Step(AllInputs, _task.Loss, Wait);

    public void Dispose()
    {
        _passes.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
    }

    /// <param name="makeInputs">Makes the inputs of a step.</param>
    /// <param name="lossOf">Computes the loss from a step and the network's outputs.</param>
    /// <param name="wait">Waits for the device between parts; null to time whole steps only.</param>
    private Phases Step(Func<long, StepInputs> makeInputs, Func<long, Tensor, Tensor> lossOf, Action? wait = null)
    {
        using var scope = NewDisposeScope();

        // A run can have any length: after the last step it starts again with the first.
        var step = _step++ % _options.Steps;
        wait?.Invoke();
        var start = Stopwatch.GetTimestamp();
        using var inputs = makeInputs(step);
        wait?.Invoke();
        var made = Stopwatch.GetTimestamp();
        var outputs = _passes.Forward(inputs);
        var loss = lossOf(step, outputs);
        wait?.Invoke();
        var forwarded = Stopwatch.GetTimestamp();
        loss.backward();
        _passes.Backward(outputs.grad!);
        wait?.Invoke();
        var differentiated = Stopwatch.GetTimestamp();
        if (!_onGpu)
        {
            // The training loop reads these values before each optimizer step on the CPU.
            _ = (loss.ReadDouble(), _parameters.Gradients.norm().ReadDouble());
        }

        _optimizer.Step(step, _options.Optimizer.Rate(step, _options.Steps));
        _parameters.ZeroGradients();
        _task.AfterStep(step);
        wait?.Invoke();
        return new Phases(
            Seconds(start, made),
            Seconds(made, forwarded),
            Seconds(forwarded, differentiated),
            Seconds(differentiated, Stopwatch.GetTimestamp()));
    }

    /// <summary>Makes the inputs before the forward pass asks for them.</summary>
    private StepInputs AllInputs(long step)
    {
        using var inputs = _task.Inputs(step);
        return StepInputs.Of(inputs.All());
    }

    private static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    private void Wait()
    {
        if (_onGpu)
        {
            cuda.synchronize();
        }
    }
}
