// N images, C channels, H height, W width
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>
/// Loads the views of each step, with their operations. Images that must be decoded are loaded ahead, on loader threads, while the current
/// step trains. The order of the threads does not affect the views.
/// </summary>
public sealed class ViewLoader : IDisposable
{
    /// <summary>Number of batches that are loaded ahead. The second one hides images that take long to decode.</summary>
    private const int PrefetchedBatches = 2;

    private readonly Queue<(long Step, BatchShare Share, Task<(SharedViews Views, Tensor? Crops)> Load)> _prefetched = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ImageBank _bank;
    private readonly Func<long, ViewBatch> _plan;
    private readonly long _steps;

    /// <summary>Prepares the images for fast reading, which takes long once if they are packed.</summary>
    /// <param name="bank">Bank of the images.</param>
    /// <param name="plan">Returns the views of a step: a pure function that any thread may call.</param>
    /// <param name="steps">Total number of steps; nothing beyond them is prepared.</param>
    public ViewLoader(ImageBank bank, Func<long, ViewBatch> plan, long steps)
    {
        (_bank, _plan, _steps) = (bank, plan, steps);
        bank.Images.Pixels.Prepare();
    }

    /// <summary>Returns the views of a step: [N, C, H, W], floats in [0, 1], on the device.</summary>
    /// <exception cref="IOException">An image can no longer be read.</exception>
    public Tensor At(long step)
    {
        using var inputs = InputsAt(step);
        return inputs.All();
    }

    /// <summary>Loads views of a step, to be finished in parts. The caller disposes of them.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="share">The share of the views; null for all.</param>
    /// <exception cref="IOException">An image can no longer be read.</exception>
    public StepInputs InputsAt(long step, BatchShare? share = null)
    {
        share ??= BatchShare.Whole;
        if (!_bank.Streams)
        {
            return new StepViews(_bank, SharedViews.Of(_plan(step), share), prepared: null);
        }

        // After a jump, what was loaded for other steps is useless.
        while (_prefetched.TryPeek(out var next) && (next.Step != step || next.Share != share))
        {
            DisposeWhenLoaded(_prefetched.Dequeue().Load);
        }

        var end = Math.Min(step + PrefetchedBatches + 1, Math.Max(_steps, step + 1));
        for (var upcoming = step + _prefetched.Count; upcoming < end; upcoming++)
        {
            Prefetch(upcoming, share);
        }

        var (views, crops) = _prefetched.Dequeue().Load.GetAwaiter().GetResult();
        return new StepViews(_bank, views, crops);
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var (_, _, load) in _prefetched)
        {
            // Waits, so that nothing is decoded after this returns.
            DisposeWhenLoaded(load).Wait();
        }

        _stop.Dispose();
    }

    /// <summary>Disposes of a batch that is no longer needed once it is loaded, and ignores its errors.</summary>
    private static Task DisposeWhenLoaded(Task<(SharedViews Views, Tensor? Crops)> load) => load.ContinueWith(
        done =>
        {
            if (done.IsCompletedSuccessfully)
            {
                done.Result.Crops?.Dispose();
            }
            else
            {
                _ = done.Exception;
            }
        },
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);

    /// <summary>Loads a step once the one before it is loaded, so that they do not compete for threads.</summary>
    private void Prefetch(long step, BatchShare share)
    {
        var before = _prefetched.Count > 0 ? _prefetched.Last().Load : Task.FromResult<(SharedViews, Tensor?)>(default);
        _prefetched.Enqueue((step, share, before.ContinueWith(
            _ =>
            {
                _stop.Token.ThrowIfCancellationRequested();
                var views = SharedViews.Of(_plan(step), share);
                return (views, _bank.Prepare(views.Batch, _stop.Token));
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default)));
    }
}
