namespace Distill.Serve.Requests;

/// <summary>Counts the requests that are being read, wait or are computed, and refuses those above a limit.</summary>
internal sealed class RequestQueue(int capacity)
{
    private int _count;

    /// <summary>Admits a request until the result is disposed of.</summary>
    /// <exception cref="RequestRefusedException">As many requests as allowed are under way.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _count) > capacity)
        {
            Interlocked.Decrement(ref _count);
            throw new RequestRefusedException(
                503, $"{capacity} requests are under way, and no more are accepted at once. Try again in a second.");
        }

        return new Place(this);
    }

    private sealed class Place(RequestQueue queue) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref queue._count);
    }
}
