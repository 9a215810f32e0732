using System.Diagnostics;
using Benchmarks.Harness;
using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Workload;

/// <summary>A training task in the middle of its run: takes steps as <see cref="TrainingLoop"/> does, with a clock.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly bool _onGpu;
    private readonly FlatParameters _parameters;
    private readonly Optimizer _optimizer;
    private readonly NetworkPasses _passes;
    private long _step;

    /// <param name="task">What is trained; outlives the run.</param>
    /// <param name="options">With what.</param>
    /// <param name="settings">Where.</param>
    public TrainingRun(TrainingTask task, TrainingOptions options, RunSettings settings)
    {
        (_task, _options, _onGpu) = (task, options, settings.Compute.Device.type != DeviceType.CPU);
        _parameters = new FlatParameters(task.Network);
        _optimizer = Optimizer.Create(options.Optimizer, _parameters);
        _passes = NetworkPasses.Of(task, _parameters, options.Groups, settings, Console.Error.WriteLine);
        State = new TrainingState(task, _optimizer);
        task.Network.train();
    }

    /// <summary>What a checkpoint of it holds.</summary>
    public TrainingState State { get; }

    /// <summary>Steps on the task's own data.</summary>
    public Reading Steps(int count) => Steps(count, _task.Inputs);

    /// <summary>The same steps on other inputs, or with another loss.</summary>
    /// <param name="count">How many.</param>
    /// <param name="inputs">In place of the task's.</param>
    /// <param name="loss">In place of the task's; null for that.</param>
    public Reading Steps(int count, Func<long, Tensor> inputs, Func<long, Tensor, Tensor>? loss = null)
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

    /// <summary>Enqueues steps on the task's own data and does not wait for the device.</summary>
    /// <returns>The images of these steps.</returns>
    public long Enqueue(int count) => Enqueue(count, _task.Inputs);

    /// <summary>The same on other inputs.</summary>
    public long Enqueue(int count, Func<long, Tensor> inputs)
    {
        for (var i = 0; i < count; i++)
        {
            Step(inputs, _task.Loss);
        }

        return (long)count * _task.ItemsPerStep;
    }

    /// <summary>One step, with the time of its parts.</summary>
    public Phases TimedStep() => Step(_task.Inputs, _task.Loss, Wait);

    public void Dispose()
    {
        _passes.Dispose();
        _optimizer.Dispose();
        _parameters.Dispose();
    }

    /// <param name="makeInputs">Of a step.</param>
    /// <param name="lossOf">Of a step and the network's outputs.</param>
    /// <param name="wait">Waits for the device between parts; null where only whole steps are timed.</param>
    private Phases Step(Func<long, Tensor> makeInputs, Func<long, Tensor, Tensor> lossOf, Action? wait = null)
    {
        using var scope = NewDisposeScope();
        // A run may be as long as it likes: after the last step comes the first again.
        var step = _step++ % _options.Steps;
        wait?.Invoke();
        var start = Stopwatch.GetTimestamp();
        var inputs = makeInputs(step);
        wait?.Invoke();
        var made = Stopwatch.GetTimestamp();
        var outputs = _passes.Forward(inputs);
        var loss = lossOf(step, outputs);
        wait?.Invoke();
        var judged = Stopwatch.GetTimestamp();
        loss.backward();
        _passes.Backward(outputs.grad!);
        wait?.Invoke();
        var traced = Stopwatch.GetTimestamp();
        if (!_onGpu)
        {
            // As the loop does, which looks at every step before it takes it.
            _ = (loss.ReadDouble(), _parameters.Gradients.norm().ReadDouble());
        }

        _optimizer.Step(step, _options.Optimizer.Rate(step, _options.Steps));
        _parameters.ZeroGradients();
        _task.AfterStep(step);
        wait?.Invoke();
        return new Phases(
            Seconds(start, made), Seconds(made, judged), Seconds(judged, traced), Seconds(traced, Stopwatch.GetTimestamp()));
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
