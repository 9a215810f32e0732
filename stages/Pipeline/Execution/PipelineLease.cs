using System.Text.Json;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Exclusive use of a pipeline's folder by one process. The lease is the kernel's lock on <c>pipeline.lease</c>, not the file itself.
/// It ends when the process ends, however that happens, so it is never stale.
/// </summary>
/// <remarks>
/// Some network file systems keep such locks per machine. So the holder writes a heartbeat into the file every few seconds, and empties
/// the file when it is done. A process that finds another machine's name waits for one more heartbeat before it takes over, so clocks are
/// never compared.
/// </remarks>
internal sealed class PipelineLease : IDisposable
{
    // EWOULDBLOCK of Linux.
    private const int WouldBlock = 11;

    private readonly FileStream _file;
    private readonly Lock _writing = new();
    private readonly ITimer _heartbeats;
    private LeaseHolder _holder;

    private PipelineLease(FileStream file, LeaseHolder holder, TimeProvider clock, TimeSpan heartbeat)
    {
        (_file, _holder) = (file, holder);
        Write(holder);
        _heartbeats = clock.CreateTimer(_ => SendHeartbeat(), null, heartbeat, heartbeat);
    }

    /// <summary>Takes the lease, and waits first if another machine may still hold it.</summary>
    /// <param name="path">File of the lease; it is created if needed and never deleted.</param>
    /// <param name="clock">Clock for the start time and the heartbeats.</param>
    /// <param name="timeouts">Time between heartbeats, and time to wait for one of another machine.</param>
    /// <param name="note">Receives one sentence if there is a wait for another machine.</param>
    /// <param name="cancellation">Ends that wait.</param>
    /// <exception cref="UserException">Another process, which the message names, holds the pipeline.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled.</exception>
    public static PipelineLease Take(
        string path, TimeProvider clock, LeaseTimeouts timeouts, Action<string> note, CancellationToken cancellation)
    {
        Durable.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = Lock(path);
        try
        {
            var own = LeaseHolder.ThisProcess(clock);
            if (ReadHolder(path) is { } before && !before.SharesKernelWith(own))
            {
                WaitForHeartbeat(path, before, timeouts, note, cancellation);
            }

            return new PipelineLease(file, own, clock, timeouts.Heartbeat);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Releases the lease.</summary>
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
                // The next process on another machine waits for a heartbeat that never comes. Nothing else is lost.
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
            throw Taken(path, ReadHolder(path));
        }
    }

    private static void WaitForHeartbeat(
        string path, LeaseHolder before, LeaseTimeouts timeouts, Action<string> note, CancellationToken cancellation)
    {
        note($"this pipeline was run by {before}; waiting {timeouts.Wait.TotalSeconds:0} s for its next heartbeat");
        for (var waited = TimeSpan.Zero; waited < timeouts.Wait; waited += timeouts.Heartbeat / 2)
        {
            cancellation.WaitHandle.WaitOne(timeouts.Heartbeat / 2);
            cancellation.ThrowIfCancellationRequested();

            // The file is opened each time, because a network file system then asks its server.
            if (ReadHolder(path) is { } now && now != before)
            {
                throw Taken(path, now);
            }
        }
    }

    private static UserException Taken(string path, LeaseHolder? holder) =>
        new($"{path}: this pipeline is already run by {holder?.ToString() ?? "another process"}; wait for it to finish, or stop it");

    /// <summary>Reads the holder from the file; null if there is none, or if it holds the lock but has not written its name yet.</summary>
    private static LeaseHolder? ReadHolder(string path)
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

    private void SendHeartbeat()
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
                // A heartbeat that cannot be written must not end the training.
            }
        }
    }

    // Written in place and in one call, so that a reader sees either the old or the new text.
    private void Write(LeaseHolder holder)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(holder, LeaseHolder.Json);
        _file.Position = 0;
        _file.Write(text);
        _file.Flush();
        _file.SetLength(text.Length);
    }
}

/// <summary>How often the holder of a pipeline writes a heartbeat, and how long others wait for one.</summary>
/// <param name="Heartbeat">Time between two heartbeats.</param>
/// <param name="Wait">Time that another machine waits for one. It spans several, because network file systems show changes late.</param>
internal sealed record LeaseTimeouts(TimeSpan Heartbeat, TimeSpan Wait)
{
    public static readonly LeaseTimeouts Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(40));
}
