using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>Starts threads that each have a number of the processor's cores for libtorch.</summary>
internal static class CoreThreads
{
    // Backward passes of deep networks recurse, and .NET gives new threads a smaller stack than a program's first thread.
    private const int StackBytes = 16 << 20;

    /// <summary>Starts threads and returns once each has its cores.</summary>
    /// <param name="count">Number of threads, at least 1.</param>
    /// <param name="cores">Cores per thread. What libtorch computes on a thread depends on no other number.</param>
    /// <param name="serve">Called on each thread with its index.</param>
    public static Thread[] Start(int count, int cores, Action<int> serve)
    {
        var own = get_num_threads();
        using var left = new CountdownEvent(count);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(number => new Thread(
            () =>
            {
                // Called first, because a thread's first call sets it to the number of the whole program.
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

        // The number that a thread sets holds for that thread and for threads that start later. For the latter it is set back here.
        left.Wait();
        set_num_threads(own);
        return threads;
    }
}
