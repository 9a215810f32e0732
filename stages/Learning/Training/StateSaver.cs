using System.Text.Json.Nodes;
using Distill.Learning.Native;
using Distill.Pipeline.Storage;

namespace Distill.Learning.Training;

/// <summary>
/// Saves checkpoints of a training. The ones between are written from a copy in memory while training continues, if there is memory for the
/// copy. A checkpoint is whole or absent either way.
/// </summary>
internal sealed class StateSaver : IDisposable
{
    private readonly TrainingState _state;
    private readonly CheckpointStore _checkpoints;
    private readonly SaveTimer _timer;
    private readonly Func<bool> _hasRoom;
    private Task? _writing;

    /// <param name="state">What is saved.</param>
    /// <param name="checkpoints">Where it is saved.</param>
    /// <param name="every">The configured time between two checkpoints. Zero writes each before the next step begins.</param>
    /// <param name="clock">The source of the time.</param>
    /// <param name="copies">Whether to write from a copy; null to decide at each save by the memory that steps leave.</param>
    public StateSaver(TrainingState state, CheckpointStore checkpoints, TimeSpan every, TimeProvider clock, bool? copies = null)
    {
        (_state, _checkpoints, _timer) = (state, checkpoints, new SaveTimer(every, clock));
        var bytes = state.Bytes;
        _hasRoom = () => copies ?? (every > TimeSpan.Zero && bytes <= ProcessMemory.LeftAtPeak);
    }

    /// <summary>Whether a checkpoint is due and none is being written.</summary>
    /// <exception cref="IOException">The last checkpoint could not be written.</exception>
    public bool IsDue
    {
        get
        {
            if (_writing is { IsCompleted: true })
            {
                Wait();
            }

            return _writing is null && _timer.IsDue;
        }
    }

    /// <summary>Saves a checkpoint, after the one that is being written.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="progress">What a resumed run needs beside the tensors.</param>
    /// <param name="meanwhile">Whether it may be written after this method has returned.</param>
    /// <exception cref="IOException">This checkpoint or the one before it could not be written.</exception>
    public void Save(long step, JsonObject progress, bool meanwhile = false)
    {
        Wait();
        _timer.Begin();
        if (meanwhile && _hasRoom())
        {
            var copy = _state.Copy();
            _writing = Task.Run(() => Write(copy, step, progress));
        }
        else
        {
            Write(_state.Files(), step, progress);
            _timer.End();
        }
    }

    /// <summary>Waits until no checkpoint is being written.</summary>
    /// <exception cref="IOException">The last checkpoint could not be written.</exception>
    public void Wait()
    {
        if (_writing is { } writing)
        {
            _writing = null;
            writing.GetAwaiter().GetResult();
            _timer.End();
        }
    }

    /// <summary>Starts to wait again for the next checkpoint, as after a save.</summary>
    public void Restart() => _timer.Restart();

    /// <summary>Waits, so that nothing is written after training has ended.</summary>
    public void Dispose()
    {
        try
        {
            _writing?.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // Training ended by another error, which the caller sees.
        }
    }

    private void Write(StateFiles files, long step, JsonObject progress)
    {
        using (files)
        {
            files.Save(_checkpoints, step, progress);
        }
    }
}
