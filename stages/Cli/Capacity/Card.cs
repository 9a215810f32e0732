using TorchSharp;

namespace Distill.Cli.Capacity;

/// <summary>A GPU by the memory that its maker states.</summary>
/// <param name="Gigabytes">Its size in GB.</param>
internal sealed record Card(int Gigabytes)
{
    /// <summary>Common sizes: T4, RTX 4090, A100 40 GB, A100 and H100 80 GB, H200.</summary>
    public static readonly IReadOnlyList<Card> Common = [new(16), new(24), new(40), new(80), new(141)];

    // The driver's context, libraries and their workspaces, and what the allocator cannot use.
    private const double Context = 1.5e9;
    private const double UsableShare = 0.95;

    /// <summary>Bytes that a step can use.</summary>
    public long UsableBytes => (long)(Gigabytes * 1e9 * UsableShare - Context);

    /// <summary>Bytes that a step can use on the device of a run.</summary>
    /// <param name="device">The kind of device.</param>
    /// <param name="gpuBytes">Memory of the GPU; null if the driver does not tell it.</param>
    public static long? UsableOf(DeviceType device, long? gpuBytes) => device == DeviceType.CPU
        ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes
        : (long?)(gpuBytes * UsableShare - Context);
}
