namespace Tests.Datasets.Downloads;

/// <summary>A response body whose connection is lost, or silent, after its data.</summary>
internal sealed class BreakingStream(byte[] data, bool silent) : MemoryStream(data, writable: false)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        if (count == 0 && silent)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return count > 0 ? count : throw new IOException("the connection was lost");
    }
}
