using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Pretrain;

namespace Benchmarks.Workload;

/// <summary>Pretraining, set up as in its stage.</summary>
internal sealed class Pretraining : IDisposable
{
    private readonly ImageBank _bank;
    private readonly ContrastiveNetwork _network;

    public Pretraining(Workbench bench)
    {
        var (options, settings) = (bench.Pretrain, bench.Settings);
        var random = settings.Random("pretrain");
        _bank = ImageBank.Open(bench.Images, settings.Compute.Device, settings.LoaderThreads);
        _network = ContrastiveNetwork.Create(options.Network, options.Head, bench.Images.Shape.Channels, settings.Compute, random);
        Task = new ContrastiveTask(_network, _bank, queue: null, options, settings.Compute, random);
        Run = new TrainingRun(Task, options.Training, settings);
    }

    public ContrastiveTask Task { get; }

    public TrainingRun Run { get; }

    public void Dispose()
    {
        Run.Dispose();
        Task.Dispose();
        _network.Dispose();
        _bank.Dispose();
    }
}
