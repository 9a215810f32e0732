using Benchmarks.Workload;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Benchmarks.Device;

// M views, C channels, H height, W width

/// <summary>The product's training step: SimCLRv2's encoder and 3-layer head, NT-Xent and SGD with momentum, under bf16 autocast.</summary>
internal sealed class ProductTraining : IDisposable
{
    private static readonly OptimizerOptions Sgd = new(
        OptimizerKind.Sgd, LearningRate: 0.01, WeightDecay: 1e-4, Momentum: 0.9, WarmupFraction: 0);

    // NT-Xent needs two views of two images.
    private const int FewViews = 4;
    private const int HostSteps = 10;

    private readonly DeviceScale _scale;
    private readonly Compute _compute;
    private readonly ContrastiveNetwork _network;
    private readonly Tensor _views_MCHW;
    private readonly TrainingRun _run;

    public ProductTraining(string architecture, DeviceScale scale, Compute compute)
    {
        (_scale, _compute) = (scale, compute);
        var random = RandomKey.FromSeed(0);
        var (views, size) = (scale.Views[architecture], scale.ImageSize);
        _network = ContrastiveNetwork.Create(
            new NetworkOptions(
                Architecture.All[architecture],
                scale.Width,
                Stem.ImageNet), new HeadOptions(Layers: 3, Output: 128), channels: 3, compute, random);
        using (NewDisposeScope())
        {
            _views_MCHW = rand(views, 3, size, size, device: compute.Device).DetachFromDisposeScope();
        }

        _run = new TrainingRun(
            new FixedViewsTask(_network, _views_MCHW),
            new TrainingOptions(Steps: 1_000_000, views, Sgd),
            new RunSettings(compute, Seed: 0, TimeSpan.MaxValue));
    }

    public TurnReading Turn() => DeviceClock.Turn(_scale.WarmUp, _scale.Steps, _compute, _run.Enqueue);

    /// <summary>
    /// Measures the seconds that the program needs to enqueue a step: the time of a step with so small a batch that the device waits for
    /// the program. If it is well below the time of a full step, the device never waits for the program.
    /// </summary>
    public double HostSecondsPerStep()
    {
        using var few_MCHW = _views_MCHW.narrow(0, 0, FewViews).clone().DetachFromDisposeScope();
        var reading = DeviceClock.Turn(_scale.WarmUp, HostSteps, _compute, count =>
        {
            _run.Enqueue(count, _ => StepInputs.Of(few_MCHW.alias()));
            return count;
        });
        return reading.Seconds / HostSteps;
    }

    public void Dispose()
    {
        _run.Dispose();
        _views_MCHW.Dispose();
        _network.Dispose();
    }
}
