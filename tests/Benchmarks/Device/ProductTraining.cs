using Benchmarks.Workload;
using Stages.Learning.Networks;
using Stages.Learning.Optimizers;
using Stages.Learning.Randomness;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>The product's training step: SimCLRv2's encoder and 3-layer head, NT-Xent and SGD with momentum, under bf16 autocast.</summary>
internal sealed class ProductTraining : IDisposable
{
    private static readonly OptimizerOptions Sgd = new(OptimizerKind.Sgd, LearningRate: 0.01, WeightDecay: 1e-4, Momentum: 0.9, Warmup: 0);

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
        _network = ContrastiveNetwork.Of(
            new NetworkOptions(Architecture.All[architecture], scale.Width, Stem.ImageNet), new HeadOptions(Layers: 3, Output: 128), channels: 3, compute, random);
        using (NewDisposeScope())
        {
            _views_MCHW = rand(views, 3, size, size, device: compute.Device).DetachFromDisposeScope();
        }

        _run = new TrainingRun(
            new FixedViewsTask(_network, _views_MCHW), new TrainingOptions(Steps: 1_000_000, views, Sgd), new RunSettings(compute, Seed: 0, TimeSpan.MaxValue));
    }

    public TurnReading Turn() => DeviceClock.Turn(_scale, _compute, _run.Enqueue);

    public void Dispose()
    {
        _run.Dispose();
        _views_MCHW.Dispose();
        _network.Dispose();
    }
}
