using System.Runtime.InteropServices;

namespace Distill.Learning.Ranks.Mpi;

/// <summary>
/// Finds ranks that no longer answer: stopped processes, dead machines, broken networks. MPI itself waits for them forever. Every two
/// seconds, rank 0 sends each rank a byte, and each sends one to rank 0. All methods are for the MPI thread.
/// </summary>
internal sealed unsafe class MpiWatch : IDisposable
{
    private const int Tag = 7;

    private readonly MpiLibrary _mpi;
    private readonly TimeProvider _clock;
    private readonly MpiWatchTimes _times;
    private readonly int[] _others;
    private readonly long[] _heard;
    private readonly nint* _receiving;
    private readonly nint* _sending;
    private readonly byte* _bytes;
    private long _looked;
    private long _sent;

    /// <param name="mpi">The library, initialized.</param>
    /// <param name="others">The ranks to watch.</param>
    /// <param name="clock">The source of the time.</param>
    /// <param name="times">When to send, and when to give up.</param>
    public MpiWatch(MpiLibrary mpi, int[] others, TimeProvider clock, MpiWatchTimes times)
    {
        (_mpi, _others, _clock, _times) = (mpi, others, clock, times);
        _looked = clock.GetTimestamp();
        _heard = [.. others.Select(_ => _looked)];
        // MPI writes to them at any time, so they must not move.
        var count = (nuint)others.Length;
        _receiving = (nint*)NativeMemory.AllocZeroed(count, (nuint)sizeof(nint));
        _sending = (nint*)NativeMemory.AllocZeroed(count, (nuint)sizeof(nint));
        _bytes = (byte*)NativeMemory.AllocZeroed(2 * count);
        for (var i = 0; i < others.Length; i++)
        {
            Receive(i);
        }
    }

    /// <summary>Sends and receives what is due.</summary>
    /// <returns>A rank that has been silent for too long; null if there is none.</returns>
    public int? Look()
    {
        var now = _clock.GetTimestamp();
        var wasAway = _clock.GetElapsedTime(_looked, now) > _times.Away;
        var sends = _clock.GetElapsedTime(_sent, now) >= _times.Interval;
        (_looked, _sent) = (now, sends ? now : _sent);
        int? lost = null;
        for (var i = 0; i < _others.Length; i++)
        {
            if (IsDone(&_receiving[i]))
            {
                _heard[i] = now;
                Receive(i);
            }
            else if (wasAway)
            {
                // This process itself was stopped for a while, and perhaps the others with it.
                _heard[i] = now;
            }
            else if (_clock.GetElapsedTime(_heard[i], now) > _times.Lost)
            {
                lost ??= _others[i];
            }

            if (sends && (_sending[i] == 0 || IsDone(&_sending[i])))
            {
                _mpi.Check(_mpi.Send(&_bytes[(2 * i) + 1], 1, _mpi.Bytes, _others[i], Tag, _mpi.World, &_sending[i]));
            }
        }

        return lost;
    }

    /// <summary>Ends the watch, before this process leaves MPI.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _others.Length; i++)
        {
            _ = _mpi.Cancel(&_receiving[i]);
            _ = _mpi.Free(&_receiving[i]);
            if (_sending[i] != 0 && !IsDone(&_sending[i]))
            {
                _ = _mpi.Free(&_sending[i]);
            }
        }

        // The three blocks are left to the end of the process: MPI may still write to them until then.
    }

    private void Receive(int i) => _mpi.Check(_mpi.Receive(&_bytes[2 * i], 1, _mpi.Bytes, _others[i], Tag, _mpi.World, &_receiving[i]));

    private bool IsDone(nint* request)
    {
        int done;
        _mpi.Check(_mpi.Test(request, &done, 0));
        return done != 0;
    }
}

/// <summary>The times of a watch.</summary>
/// <param name="Interval">Time between two signs of life.</param>
/// <param name="Lost">Silence after which a rank counts as lost.</param>
/// <param name="Away">Time between two looks after which this process itself counts as stopped meanwhile.</param>
internal sealed record MpiWatchTimes(TimeSpan Interval, TimeSpan Lost, TimeSpan Away)
{
    public static readonly MpiWatchTimes Default = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(8));
}
