using System.Diagnostics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Distill.Learning.Ranks.Mpi;

/// <summary>Calls of MPI that wait until they are done, and watch the other ranks meanwhile. All methods are for the MPI thread.</summary>
internal sealed unsafe partial class MpiCalls : IDisposable
{
    // MPI_THREAD_FUNNELED: one thread calls.
    private const int Funneled = 1;
    private const int RowsTag = 1;

    // As of a stage that failed.
    private const int LostExitCode = 2;

    private static readonly TimeSpan BusyWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TimeToAbort = TimeSpan.FromSeconds(5);

    // Between two looks at the other ranks, however short the waits are and however closely they follow each other.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly MpiLibrary _mpi;
    private readonly Stopwatch _sinceLook = Stopwatch.StartNew();
    private MpiWatch? _watch;
    private IReadOnlyList<RankIdentity> _identities = [];

    /// <param name="mpi">The library, which this initializes.</param>
    public MpiCalls(MpiLibrary mpi)
    {
        _mpi = mpi;
        int provided, rank, count;
        mpi.Check(mpi.InitThread(0, 0, Funneled, &provided));
        mpi.Check(mpi.SetErrorHandler(mpi.World, mpi.ErrorsReturn));
        mpi.Check(mpi.Rank(mpi.World, &rank));
        mpi.Check(mpi.Size(mpi.World, &count));
        (Rank, Count) = (rank, count);
    }

    public int Rank { get; }

    public int Count { get; }

    /// <summary>Starts to watch the other ranks.</summary>
    /// <param name="identities">Who they are, for the message about a lost one.</param>
    public void StartWatch(IReadOnlyList<RankIdentity> identities)
    {
        _identities = identities;
        int[] watched = Rank == 0 ? [.. Enumerable.Range(1, Count - 1)] : [0];
        _watch = new MpiWatch(_mpi, watched, TimeProvider.System, MpiWatchTimes.Default);
    }

    /// <summary>Ends all ranks if one of them has been silent for too long.</summary>
    public void Watch()
    {
        _sinceLook.Restart();
        if (_watch?.Look() is { } lost)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"rank {lost} ({_identities[lost]}) has sent nothing for {MpiWatchTimes.Default.Lost.TotalSeconds:0} s, so all ranks end. ")
                + "Progress is saved; run the same command again to resume.");
            Abort(LostExitCode);
        }
    }

    /// <summary>Gives every rank the bytes of each rank, by rank.</summary>
    /// <param name="own">The bytes of this rank, of the same length on all.</param>
    /// <param name="all">Receives the bytes of all.</param>
    public void Gather(Span<byte> own, Span<byte> all)
    {
        fixed (byte* from = own, to = all)
        {
            nint request;
            _mpi.Check(_mpi.Gather(from, own.Length, _mpi.Bytes, to, own.Length, _mpi.Bytes, _mpi.World, &request));
            Wait(&request, 1);
        }
    }

    /// <summary>Replaces bytes by those of rank 0.</summary>
    public void Broadcast(Span<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            nint request;
            _mpi.Check(_mpi.Broadcast(data, bytes.Length, _mpi.Bytes, 0, _mpi.World, &request));
            Wait(&request, 1);
        }
    }

    /// <summary>Exchanges values with another rank.</summary>
    /// <param name="partner">The other rank.</param>
    /// <param name="sent">What to send: contiguous, fp32, on the CPU; null for nothing.</param>
    /// <param name="received">What to replace by the partner's values; null for nothing.</param>
    public void Exchange(int partner, Tensor? sent, Tensor? received)
    {
        var requests = stackalloc nint[2];
        var count = 0;
        fixed (byte* from = sent is null ? default : sent.bytes, to = received is null ? default : received.bytes)
        {
            if (received is not null && received.numel() > 0)
            {
                _mpi.Check(_mpi.Receive(to, (int)received.numel(), _mpi.Floats, partner, RowsTag, _mpi.World, &requests[count++]));
            }

            if (sent is not null && sent.numel() > 0)
            {
                _mpi.Check(_mpi.Send(from, (int)sent.numel(), _mpi.Floats, partner, RowsTag, _mpi.World, &requests[count++]));
            }

            Wait(requests, count);
        }
    }

    /// <summary>Leaves MPI, which waits for the other ranks to do the same.</summary>
    public void Dispose()
    {
        _watch?.Dispose();
        _watch = null;
        _mpi.Check(_mpi.Finish());
    }

    /// <summary>Ends all ranks. Does not return.</summary>
    public void Abort(int exitCode)
    {
        // MPI itself may wait for a machine that cannot be reached.
        using var timer = new Timer(_ => Exit(exitCode), null, TimeToAbort, Timeout.InfiniteTimeSpan);
        _ = _mpi.Abort(_mpi.World, exitCode);
        Exit(exitCode);
    }

    /// <summary>Waits for requests, first without a pause, then with longer and longer ones.</summary>
    private void Wait(nint* requests, int count)
    {
        if (_sinceLook.Elapsed > LookEvery)
        {
            Watch();
        }

        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            while (!IsDone(&requests[i]))
            {
                if (clock.Elapsed < BusyWait)
                {
                    Thread.Yield();
                    continue;
                }

                Watch();
                Thread.Sleep(clock.Elapsed < ShortWait ? 1 : 20);
            }
        }
    }

    private bool IsDone(nint* request)
    {
        int done;
        _mpi.Check(_mpi.Test(request, &done, 0));
        return done != 0;
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Exit(int status);
}
