using System.Net;

namespace Tests.Serve;

/// <summary>
/// A body that sends its first half at once and the second one when it is told to. With <c>Expect: 100-continue</c>, the first half starts
/// when the server reads the body.
/// </summary>
internal sealed class SlowContent(byte[] bytes) : HttpContent
{
    private readonly TaskCompletionSource _sent = new();
    private readonly TaskCompletionSource _continue = new();

    /// <summary>Ends when the first half is sent.</summary>
    public Task FirstHalf => _sent.Task;

    public void SendTheRest() => _continue.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        await stream.FlushAsync();
        _sent.SetResult();
        await _continue.Task;
        await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
