namespace Tests.Datasets.Downloads;

/// <summary>A body that ends in a lost connection, or in silence, after its data.</summary>
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
