namespace Distill.Learning.Training;

/// <summary>
/// Independent pieces of work, several at a time on a core each, their results in order. A piece has libtorch's kernels on one
/// thread however many cores there are, so its result is a function of the piece alone.
/// </summary>
public static class ParallelMap
{
    /// <summary>Does all pieces, a few ahead of what is taken; leaving off the enumeration ends them.</summary>
    /// <typeparam name="T">A piece's result; one that nobody took is disposed of.</typeparam>
    /// <param name="count">Number of pieces.</param>
    /// <param name="workers">How many at a time, from 1; of no effect on results.</param>
    /// <param name="begin">
    /// Begins a piece, called with 0, 1, … in order and by one thread at a time. What it returns is called next on the same thread, beside others.
    /// </param>
    /// <remarks>An exception of a piece is thrown where its result would have been.</remarks>
    public static IEnumerable<T> Run<T>(int count, int workers, Func<int, Func<T>> begin)
    {
        if (count == 0)
        {
            yield break;
        }

        var results = new TaskCompletionSource<T>[count];
        for (var i = 0; i < count; i++)
        {
            results[i] = new TaskCompletionSource<T>();
        }

        workers = Math.Min(workers, count);
        using var room = new SemaphoreSlim(2 * workers);
        var turn = new Lock();
        var next = 0;
        var stopped = false;
        var threads = CoreThreads.Start(workers, cores: 1, _ => Serve());
        var taken = 0;
        try
        {
            while (taken < count)
            {
                var result = results[taken].Task.GetAwaiter().GetResult();
                taken++;
                room.Release();
                yield return result;
            }
        }
        finally
        {
            Volatile.Write(ref stopped, true);
            room.Release(workers);
            foreach (var thread in threads)
            {
                thread.Join();
            }

            foreach (var untaken in results.Skip(taken).Where(result => result.Task.IsCompletedSuccessfully))
            {
                (untaken.Task.Result as IDisposable)?.Dispose();
            }
        }

        void Serve()
        {
            while (true)
            {
                room.Wait();
                var piece = -1;
                try
                {
                    Func<T> work;
                    lock (turn)
                    {
                        if (Volatile.Read(ref stopped) || next == count)
                        {
                            return;
                        }

                        piece = next++;
                        work = begin(piece);
                    }

                    results[piece].SetResult(work());
                }
                catch (Exception error)
                {
                    results[piece].SetException(error);
                }
            }
        }
    }
}
