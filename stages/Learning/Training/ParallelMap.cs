namespace Distill.Learning.Training;

/// <summary>
/// Runs independent pieces of work in parallel, each on one core, and returns their results in order. libtorch's kernels run
/// on one thread within a piece, so a result depends on the piece alone and not on the number of cores.
/// </summary>
public static class ParallelMap
{
    /// <summary>Runs all pieces, a few ahead of the consumer. Ending the enumeration early stops them.</summary>
    /// <typeparam name="T">The result of a piece; disposed of if the consumer does not take it.</typeparam>
    /// <param name="count">Number of pieces.</param>
    /// <param name="workers">Pieces that run at a time, at least 1. Results do not depend on it.</param>
    /// <param name="begin">
    /// Begins a piece. It is called with 0, 1, … in order, by one thread at a time. The function that it returns then runs on the
    /// same thread, in parallel with those of other pieces.
    /// </param>
    /// <remarks>An exception of a piece is thrown in place of its result.</remarks>
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
