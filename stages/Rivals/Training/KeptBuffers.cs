using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>
/// Gives a network the buffers back that it had: batch norm computes with the statistics of passes in between, but does not remember them.
/// </summary>
/// <param name="network">The network. No graph of the passes in between may be used afterwards.</param>
internal sealed class KeptBuffers(nn.Module network) : IDisposable
{
    private readonly (Tensor Buffer, Tensor Before)[] _kept = [.. network.buffers().Select(buffer => (buffer, buffer.clone()))];

    /// <summary>Restores the buffers.</summary>
    public void Dispose()
    {
        using var frozen = no_grad();
        foreach (var (buffer, before) in _kept)
        {
            buffer.copy_(before);
            before.Dispose();
        }
    }
}
