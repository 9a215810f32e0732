using Distill.Pipeline.Options;

namespace Distill.Pretrain;

/// <summary>
/// SimCLRv2's memory (section 2.1, after MoCo, arXiv:1911.05722): projections of past batches, made by a slowly moving copy of
/// the network, as further negatives.
/// </summary>
/// <param name="Size">Length of the queue; 65,536 in the paper, 0 for no queue.</param>
/// <param name="Momentum">Share of the copy's weights that a step keeps; 0.999 in the paper.</param>
public sealed record QueueOptions(int Size, double Momentum)
{
    /// <param name="section">The block <c>queue</c>.</param>
    /// <param name="batchSize">Images a step; each gives two keys.</param>
    /// <exception cref="UserException">The queue is shorter than what one step puts into it.</exception>
    public static QueueOptions Read(JsonSection section, int batchSize)
    {
        var options = new QueueOptions(section.Integer("size", 0, 0, 1 << 24, "Projections in the queue; 65,536 in the paper. 0: no queue, else at least two per image of a batch."), section.Number("momentum", 0.999, 0, 1, "Fraction of the copy's weights that a step keeps."));
        return options.Size is 0 || options.Size >= 2 * batchSize
            ? options
            : throw section.Error("size", $"found {options.Size}, expected 0 (no queue) or at least {2 * batchSize}, two views per image of a batch");
    }
}
