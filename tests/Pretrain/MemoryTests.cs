using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Distill.Pretrain;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Pretrain;

/// <summary>Pretraining with a memory: what it remembers is checkpointed and resumed like all else.</summary>
[Collection(TorchTests.Name)]
public sealed class MemoryTests
{
    [Fact]
    public void A_run_that_is_cut_and_resumed_ends_in_the_bits_of_an_uncut_one()
    {
        using var uncut = new TempFolder();
        TinyPretraining.Run(uncut, TinyPretraining.Options(keys: 40), new CancellationTokenSource(), cancelAt: null);

        using var cut = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => TinyPretraining.Run(cut, TinyPretraining.Options(keys: 40), cancellation, cancelAt: 5));
        using var second = new CancellationTokenSource();
        TinyPretraining.Run(cut, TinyPretraining.Options(keys: 40), second, cancelAt: null);
        Assert.Equal(FileHash.OfFile(uncut[PretrainStage.Output]), FileHash.OfFile(cut[PretrainStage.Output]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void No_tensor_outlives_its_step(int keys)
    {
        using var folder = new TempFolder();
        var counts = new List<long>();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TinyPretraining.Run(folder, TinyPretraining.Options(keys) with { Training = TinyPretraining.Options(keys).Training with { Steps = 40 } }, new CancellationTokenSource(), cancelAt: null, counts);
        Assert.Equal(40, counts.Count);
        Assert.All(counts[8..], count => Assert.True(count <= counts[4], $"{counts[4]} tensors after step 5, {count} later"));
    }

    [Fact]
    public void It_changes_what_is_learned_and_so_does_its_momentum()
    {
        string[] hashes =
        [
            .. new[] { TinyPretraining.Options(keys: 0), TinyPretraining.Options(keys: 40), TinyPretraining.Options(keys: 40, momentum: 0.5) }.Select(options =>
            {
                using var folder = new TempFolder();
                TinyPretraining.Run(folder, options, new CancellationTokenSource(), cancelAt: null);
                return FileHash.OfFile(folder[PretrainStage.Output]);
            }),
        ];
        Assert.Equal(3, hashes.Distinct().Count());
    }

    [Fact]
    public void A_queue_shorter_than_a_batchs_views_is_refused()
    {
        var message = Assert.Throws<UserException>(() => TinyPretraining.Options(keys: 15)).Message;
        Assert.Contains("$.pretrain.memory.keys", message, StringComparison.Ordinal);
        Assert.Contains("at least 16", message, StringComparison.Ordinal);
    }
}
