using System.Text.Json;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Keeps a second process out of a pipeline's folder while one runs. The hold is the kernel's lock on
/// <c>pipeline.lease</c>, not the file itself: it ends with the process, however that ends, so none is ever stale.
/// </summary>
/// <remarks>
/// Some shared file systems keep such locks to each machine. So the holder writes a new beat into the file every few seconds, and empties it when it is
/// done; who finds another machine's name in it waits for one more beat before taking over. Nobody's clock is compared with anybody's.
/// </remarks>
internal sealed class PipelineLease : IDisposable
{
    private const int WouldBlock = 11;

    private readonly FileStream _file;
    private readonly Lock _writing = new();
    private readonly ITimer _heartbeats;
    private LeaseHolder _holder;

    private PipelineLease(FileStream file, LeaseHolder holder, TimeProvider clock, TimeSpan beat)
    {
        (_file, _holder) = (file, holder);
        Write(holder);
        _heartbeats = clock.CreateTimer(_ => Beat(), null, beat, beat);
    }

    /// <param name="path">The hold's file; it is made, and stays.</param>
    /// <param name="clock">Tells the holder's time of start.</param>
    /// <param name="patience">How often a holder gives a sign of life, and how long another machine waits for one.</param>
    /// <param name="note">Told where another machine has to be waited for.</param>
    /// <param name="cancellation">Ends that wait.</param>
    /// <exception cref="UserException">Another process, which the message names, holds the pipeline.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled.</exception>
    public static PipelineLease Take(string path, TimeProvider clock, LeaseTimeouts patience, Action<string> note, CancellationToken cancellation)
    {
        Durable.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = Lock(path);
        try
        {
            var own = LeaseHolder.ThisProcess(clock);
            if (Holder(path) is { } before && !before.SharesKernelWith(own))
            {
                WaitForLife(path, before, patience, note, cancellation);
            }

            return new PipelineLease(file, own, clock, patience.Heartbeat);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Lets the next process in.</summary>
    public void Dispose()
    {
        _heartbeats.Dispose();
        lock (_writing)
        {
            try
            {
                _file.SetLength(0);
            }
            catch (IOException)
            {
                // The next one from another machine waits in vain for a while, and that is all.
            }

            _file.Dispose();
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (taken.HResult == WouldBlock)
        {
            throw Taken(path, Holder(path));
        }
    }

    private static void WaitForLife(string path, LeaseHolder before, LeaseTimeouts patience, Action<string> note, CancellationToken cancellation)
    {
        note($"this pipeline was run by {before}; waiting {patience.Wait.TotalSeconds:0} s for its next heartbeat");
        for (var waited = TimeSpan.Zero; waited < patience.Wait; waited += patience.Heartbeat / 2)
        {
            cancellation.WaitHandle.WaitOne(patience.Heartbeat / 2);
            cancellation.ThrowIfCancellationRequested();

            // Opened anew each time: a network file system then asks its server.
            if (Holder(path) is { } now && now != before)
            {
                throw Taken(path, now);
            }
        }
    }

    private static UserException Taken(string path, LeaseHolder? holder) =>
        new($"{path}: this pipeline is already run by {holder?.ToString() ?? "another process"}; wait for it to finish, or stop it");

    /// <summary>Who the file says has the pipeline; null for nobody, or one that has its lock and is about to write its name.</summary>
    private static LeaseHolder? Holder(string path)
    {
        try
        {
            using var file = new FileStream(LibC.OpenFile(path), FileAccess.Read);
            return JsonSerializer.Deserialize<LeaseHolder>(file, LeaseHolder.Json);
        }
        catch (Exception unwritten) when (unwritten is JsonException or IOException)
        {
            return null;
        }
    }

    private void Beat()
    {
        lock (_writing)
        {
            try
            {
                if (_file.CanWrite)
                {
                    Write(_holder = _holder with { Heartbeat = _holder.Heartbeat + 1 });
                }
            }
            catch (IOException)
            {
                // A sign of life that cannot be given ends nobody's training.
            }
        }
    }

    // In place, and in one write: a reader sees the one or the other.
    private void Write(LeaseHolder holder)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(holder, LeaseHolder.Json);
        _file.Position = 0;
        _file.Write(text);
        _file.Flush();
        _file.SetLength(text.Length);
    }
}
