using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>Threads that each have a number of the processor's cores for libtorch.</summary>
internal static class CoreThreads
{
    // Backward passes of deep networks recurse; threads that .NET makes have less room than a program's first.
    private const int StackBytes = 16 << 20;

    /// <summary>Starts threads and returns once each has its cores.</summary>
    /// <param name="count">How many, from 1.</param>
    /// <param name="cores">Of each; what libtorch computes on them depends on no other number.</param>
    /// <param name="serve">Called on each thread with its number.</param>
    public static Thread[] Start(int count, int cores, Action<int> serve)
    {
        var own = get_num_threads();
        using var left = new CountdownEvent(count);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(number => new Thread(
            () =>
            {
                // Asked first: a thread's first question gives it the number that holds for the whole program.
                _ = get_num_threads();
                set_num_threads(cores);
                left.Signal();
                serve(number);
            },
            StackBytes)
        {
            IsBackground = true,
            Name = $"cores {number}",
        })];
        foreach (var thread in threads)
        {
            thread.Start();
        }

        // Each says once that it is there. The number of threads that one asks for holds for that thread, and for those that
        // begin later; for these it is put back.
        left.Wait();
        set_num_threads(own);
        return threads;
    }
}
