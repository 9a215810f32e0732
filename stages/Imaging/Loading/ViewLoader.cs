using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>
/// Makes the views of step after step, operations included. Where images are decoded, the next steps' views are made on loader threads while this step's
/// are learned from; which thread makes what changes no view.
/// </summary>
/// <param name="bank">The images.</param>
/// <param name="plan">The views of a step, a pure function of it that any thread may call.</param>
/// <param name="steps">Steps in all: none beyond them is prepared.</param>
public sealed class ViewLoader(ImageBank bank, Func<long, ViewBatch> plan, long steps) : IDisposable
{
    /// <summary>Batches made ahead: one being made while another waits evens out images that take long.</summary>
    private const int Ahead = 2;

    private readonly Queue<(long Step, Task<(ViewBatch Batch, Tensor? Crops)> Made)> _ahead = [];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The views of a step: [N, C, H, W], floats of [0, 1], on the device.</summary>
    /// <exception cref="IOException">An image can no longer be read.</exception>
    public Tensor At(long step)
    {
        if (!bank.Streams)
        {
            return bank.Cut(plan(step));
        }

        // Whatever was made for other steps, as after a jump, is of no use.
        while (_ahead.TryPeek(out var next) && next.Step != step)
        {
            LetGo(_ahead.Dequeue().Made);
        }

        for (var upcoming = step + _ahead.Count; upcoming <= step + Ahead && upcoming < Math.Max(steps, step + 1); upcoming++)
        {
            Begin(upcoming);
        }

        try
        {
            var (batch, crops) = _ahead.Dequeue().Made.GetAwaiter().GetResult();
            return bank.Finish(batch, crops);
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.Flatten().InnerExceptions[0]);
            throw;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var (_, made) in _ahead)
        {
            // Waited for, so that nothing is decoded any longer once this returns.
            LetGo(made).Wait();
        }

        _stop.Dispose();
    }

    /// <summary>Disposes of what nobody will take, once it is made; what went wrong with it no longer matters.</summary>
    private static Task LetGo(Task<(ViewBatch Batch, Tensor? Crops)> made) => made.ContinueWith(
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

    /// <summary>Starts on a step once the one before it is made, so that they do not compete for the threads.</summary>
    private void Begin(long step)
    {
        var before = _ahead.Count > 0 ? _ahead.Last().Made : Task.FromResult<(ViewBatch, Tensor?)>(default);
        _ahead.Enqueue((step, before.ContinueWith(
            _ =>
            {
                _stop.Token.ThrowIfCancellationRequested();
                var batch = plan(step);
                return (batch, bank.Prepare(batch, _stop.Token));
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default)));
    }
}
