using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Pipeline.Storage;
using Distill.Pretrain;
using Distill.Rivals;
using Distill.Rivals.BigBiGan;
using Distill.Rivals.Cpc;
using Distill.Rivals.InstDisc;
using Distill.Rivals.Memory;
using Distill.Rivals.Pirl;
using Distill.Rivals.SimClr;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

/// <summary>What holds for all methods that train an encoder without labels.</summary>
[Collection(TorchTests.Name)]
public sealed class EncoderRivalTests
{
    private const int Length = 5;

    private static readonly AugmentationOptions Views = new(new CropOptions((0.5, 1), (1, 1), 0.5), []);
    private static readonly TrainingOptions Training = new(5, 4, OptimizerOptions.Default with { LearningRate = 0.01 });
    private static readonly MemoryOptions Memory = new(Length, Temperature: 0.2, Momentum: 0.3);

    private static readonly EncoderRival[] Methods =
    [
        new InstDiscOptions(TinyDataset.Network, Memory, Views, Training),
        new PirlOptions(TinyDataset.Network, Memory, Views, Training),
        new SimClrOptions(new PretrainOptions(
            TinyDataset.Network, new HeadOptions(2, 8), Views, LowResolution.None, Temperature: 0.2, QueueOptions.None, Training)),
        new CpcOptions(TinyDataset.Network, Length, Views, Training),
        new BigBiGanOptions(TinyDataset.Network, Length, 2, OptimizerOptions.Default, Views, Training),
    ];

    public static TheoryData<string> Names => [.. EncoderRival.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits_and_learns_from_no_label(string name)
    {
        using var uncut = new StageFixture();
        Run(uncut, name);
        using var fixture = new StageFixture { CancelAt = 3 };
        Assert.Throws<OperationCanceledException>(() => Run(fixture, name));

        using var resumed = new StageFixture();
        fixture.CopyFilesTo(resumed);
        Run(resumed, name, new TinyDataset { Relabel = (_, label) => (label + 1) % TinyDataset.Classes });

        Assert.Equal(4, resumed.Reports[0].Done);
        Assert.Equal(HashOf(uncut), HashOf(resumed));
    }

    /// <summary>Two groups, with the graphs of both in memory and one after the other.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Groups_give_the_same_bits_in_the_memory_of_one(string name)
    {
        using var together = new StageFixture();
        Run(together, name, groups: 2, cache: GradientCache.Off);
        using var oneByOne = new StageFixture();
        Run(oneByOne, name, groups: 2, cache: GradientCache.On);

        Assert.Equal(HashOf(together), HashOf(oneByOne));
    }

    /// <summary>Methods with a second training that takes whole batches.</summary>
    [Fact]
    public void Methods_that_need_the_whole_batch_leave_it_to_one_rank()
    {
        using var alone = new StageFixture();
        Run(alone, "bigbigan", groups: 2);
        using var ranked = new StageFixture();
        // Waiting for the other rank would throw.
        Run(ranked, "bigbigan", groups: 2, ranks: new NobodyElse());

        Assert.Equal(HashOf(alone), HashOf(ranked));
    }

    private static void Run(
        StageFixture fixture,
        string name,
        TinyDataset? dataset = null,
        int groups = 1,
        GradientCache cache = GradientCache.Auto,
        IRanks? ranks = null)
    {
        var method = Methods.Single(method => method.Name == name);
        method = method with { Training = method.Training with { Groups = groups } };
        var settings = StageFixture.Settings with { GradientCache = cache, Ranks = ranks ?? Alone.Instance };
        method.Run(fixture.Context(method.Pretraining), settings, dataset ?? new TinyDataset());
    }

    private static string HashOf(StageFixture fixture) => FileHash.OfFile(fixture.Folder[EncoderRival.Output]);

    /// <summary>The leader of two ranks, whose other rank never answers.</summary>
    private sealed class NobodyElse : IRanks
    {
        public int Rank => 0;

        public int Count => 2;

        public RankPlacement Placement => new(Rank, Count, Count);

        public bool IsTraining { get; set; }

        public long[] Exchange(long word) => throw new InvalidOperationException();

        public Tensor Gather(Tensor rows_MD) => throw new InvalidOperationException();

        public void Sum(Tensor values) => throw new InvalidOperationException();

        public void Broadcast(Tensor values) => throw new InvalidOperationException();

        public byte[] Broadcast(byte[]? message) => throw new InvalidOperationException();

        public void Leave(int exitCode) => throw new InvalidOperationException();
    }
}
