using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Distill.Learning.Ranks.Mpi;

/// <summary>
/// The one thread that calls MPI. Most installations allow only one, and it can watch the other ranks while this process computes.
/// </summary>
internal sealed class MpiThread : IDisposable
{
    // Between two looks at the other ranks while there is nothing to do.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);

    private readonly BlockingCollection<Work> _works = [];
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _idleFault;

    /// <param name="idle">Called on the thread every 100 ms while it has no work.</param>
    public MpiThread(Action idle)
    {
        _thread = new Thread(() => Serve(idle)) { IsBackground = true, Name = "MPI" };
        _thread.Start();
    }

    /// <summary>Runs work on the thread, and returns when it is done.</summary>
    public void Run(Action action)
    {
        using var work = new Work(() =>
        {
            _idleFault?.Throw();
            action();
        });
        _works.Add(work);
        work.Done.Wait();
        work.Fault?.Throw();
    }

    /// <summary>Lets the thread end after its work.</summary>
    public void Dispose()
    {
        _works.CompleteAdding();
        _thread.Join();
        _works.Dispose();
    }

    private void Serve(Action idle)
    {
        while (!_works.IsCompleted)
        {
            if (_works.TryTake(out var work, Idle))
            {
                work.Do();
            }
            else if (_idleFault is null)
            {
                try
                {
                    idle();
                }
                catch (Exception error)
                {
                    // The next call fails with it.
                    _idleFault = ExceptionDispatchInfo.Capture(error);
                }
            }
        }
    }

    private sealed class Work(Action action) : IDisposable
    {
        public ManualResetEventSlim Done { get; } = new();

        public ExceptionDispatchInfo? Fault { get; private set; }

        public void Do()
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                Fault = ExceptionDispatchInfo.Capture(error);
            }

            Done.Set();
        }

        public void Dispose() => Done.Dispose();
    }
}
