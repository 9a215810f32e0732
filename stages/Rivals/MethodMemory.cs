namespace Distill.Rivals;

/// <summary>Memory that a method needs beside the network that it trains.</summary>
/// <param name="StateBytes">Bytes between steps, on the device.</param>
/// <param name="SavedBytes">Those of them that a checkpoint holds.</param>
/// <param name="LossBytes">Bytes of the loss, and of what else a step computes without the network, at the peak.</param>
public sealed record MethodMemory(long StateBytes, long SavedBytes, long LossBytes)
{
    /// <summary>Nothing, or too little to count.</summary>
    public static readonly MethodMemory None = new(0, 0, 0);
}
