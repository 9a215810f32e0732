using Distill.Pipeline.Options;

namespace Distill.Pretrain;

/// <summary>
/// SimCLRv2's memory (section 2.1, after MoCo, arXiv:1911.05722): projections of past batches, made by a slowly moving copy of
/// the network, as further negatives.
/// </summary>
/// <param name="Keys">Length of the queue; 65,536 in the paper, 0 for no memory.</param>
/// <param name="Momentum">Share of the copy's weights that a step keeps; 0.999 in the paper.</param>
public sealed record MemoryOptions(int Keys, double Momentum)
{
    /// <param name="section">The block <c>memory</c>.</param>
    /// <param name="batchSize">Images a step; each gives two keys.</param>
    /// <exception cref="UserException">The queue is shorter than what one step puts into it.</exception>
    public static MemoryOptions Read(JsonSection section, int batchSize)
    {
        var options = new MemoryOptions(section.Integer("keys", 0, 0, 1 << 24), section.Number("momentum", 0.999, 0, 1));
        return options.Keys is 0 || options.Keys >= 2 * batchSize
            ? options
            : throw section.Error("keys", $"found {options.Keys}, expected 0 (no memory) or at least {2 * batchSize}, two views per image of a batch");
    }
}
