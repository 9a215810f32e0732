using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Distill.Pretrain;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Pretrain;

/// <summary>Pretraining with a queue of past keys, which is part of the checkpoints.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class KeyQueueTests
{
    [Fact]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits()
    {
        using var whole = new TempFolder();
        TinyPretraining.Run(whole, TinyPretraining.Options(keys: 40), new CancellationTokenSource(), cancelAt: null);

        using var interrupted = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => TinyPretraining.Run(interrupted, TinyPretraining.Options(keys: 40), cancellation, cancelAt: 5));
        using var second = new CancellationTokenSource();
        TinyPretraining.Run(interrupted, TinyPretraining.Options(keys: 40), second, cancelAt: null);

        Assert.Equal(FileHash.OfFile(whole[PretrainStage.Output]), FileHash.OfFile(interrupted[PretrainStage.Output]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void Steps_leak_no_tensor(int keys)
    {
        using var folder = new TempFolder();
        var counts = new List<long>();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        TinyPretraining.Run(folder, TinyPretraining.Options(keys, steps: 40), new CancellationTokenSource(), cancelAt: null, counts);

        Assert.Equal(40, counts.Count);
        Assert.All(counts[8..], count => Assert.True(count <= counts[4], $"{counts[4]} tensors after step 5, {count} later"));
    }

    [Fact]
    public void Queue_and_momentum_change_the_weights()
    {
        string[] hashes =
        [
            .. new[]
            {
                TinyPretraining.Options(keys: 0),
                TinyPretraining.Options(keys: 40),
                TinyPretraining.Options(keys: 40, momentum: 0.5),
            }.Select(options =>
            {
                using var folder = new TempFolder();
                TinyPretraining.Run(folder, options, new CancellationTokenSource(), cancelAt: null);
                return FileHash.OfFile(folder[PretrainStage.Output]);
            }),
        ];
        Assert.Equal(3, hashes.Distinct().Count());
    }

    [Fact]
    public void Queue_shorter_than_the_views_of_a_batch_is_rejected()
    {
        var message = Assert.Throws<UserException>(() => TinyPretraining.Options(keys: 15)).Message;
        Assert.Contains("pretrain.queue.size", message, StringComparison.Ordinal);
        Assert.Contains("at least 16", message, StringComparison.Ordinal);
    }
}
