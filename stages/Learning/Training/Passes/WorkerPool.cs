using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Threads that compute the parts of a step in parallel, each with a share of the processor's cores for libtorch. A part always goes to
/// the same thread, whose cache may still hold its data.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _begin;
    private readonly CountdownEvent _left;
    private Action<int>? _work;
    private int _parts;
    private ExceptionDispatchInfo? _fault;

    /// <param name="threads">Number of threads, at least 1.</param>
    public WorkerPool(int threads)
    {
        _left = new CountdownEvent(threads);
        _begin = [.. Enumerable.Range(0, threads).Select(_ => new SemaphoreSlim(0))];
        _threads = CoreThreads.Start(threads, Math.Max(1, get_num_threads() / threads), Serve);
    }

    /// <summary>Calls <paramref name="work"/> with every integer in [0, parts), and returns when all calls have returned.</summary>
    /// <remarks>An exception of a part is thrown here, after all threads have finished.</remarks>
    public void Run(int parts, Action<int> work)
    {
        (_work, _parts, _fault) = (work, parts, null);
        _left.Reset();
        foreach (var begin in _begin)
        {
            begin.Release();
        }

        _left.Wait();
        _work = null;
        _fault?.Throw();
    }

    public void Dispose()
    {
        _work = null;
        foreach (var begin in _begin)
        {
            begin.Release();
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var begin in _begin)
        {
            begin.Dispose();
        }

        _left.Dispose();
    }

    private void Serve(int worker)
    {
        while (true)
        {
            _begin[worker].Wait();
            if (_work is not { } work)
            {
                return;
            }

            try
            {
                for (var part = worker; part < _parts; part += _begin.Length)
                {
                    work(part);
                }
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(error), null);
            }

            _left.Signal();
        }
    }
}
