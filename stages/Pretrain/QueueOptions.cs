using Distill.Pipeline.Options;

namespace Distill.Pretrain;

/// <summary>
/// Options of the queue of past keys, which SimCLRv2 calls memory (section 2.1, after MoCo, arXiv:1911.05722). A momentum copy of the
/// network projects past batches, and these keys are additional negatives.
/// </summary>
/// <param name="Size">Number of keys in the queue; 65,536 in the paper, 0 for no queue.</param>
/// <param name="Momentum">Fraction of the copy's weights that a step keeps, after a warm-up; 0.999 in the paper.</param>
public sealed record QueueOptions(int Size, double Momentum)
{
    /// <summary>No queue.</summary>
    public static readonly QueueOptions None = new(Size: 0, Momentum: 0);

    /// <summary>Reads the block <c>queue</c>.</summary>
    /// <param name="section">The block.</param>
    /// <param name="batchSize">Images per step; each yields two keys.</param>
    /// <exception cref="UserException">The queue is shorter than the keys of one step.</exception>
    public static QueueOptions Read(JsonSection section, int batchSize)
    {
        var options = new QueueOptions(
            section.Integer(
                "size", 0, 0, 1 << 24,
                "Projections in the queue; 65,536 in the paper. 0: no queue. Otherwise at least two per image of a batch."),
            section.Number("momentum", 0.999, 0, 1, "Fraction of the copy's weights that a step keeps; less in the first steps."));
        return options.Size is 0 || options.Size >= 2 * batchSize
            ? options
            : throw section.Error(
                "size",
                $"found {options.Size}, expected 0 (no queue) or at least {2 * batchSize}, two views per image of a batch");
    }
}
