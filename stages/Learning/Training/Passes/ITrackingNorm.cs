using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>A batch norm whose running statistics <see cref="RunningStatistics"/> manages during training.</summary>
internal interface ITrackingNorm
{
    /// <summary>Whether a forward pass in training mode adds to the count of batches; initially true.</summary>
    bool CountsBatches { get; set; }

    /// <summary>
    /// The running statistics that forward passes update instead of the module's own; null for its own. The graph of a forward pass keeps
    /// the tensors that it updated, and these must not be changed before the backward pass.
    /// </summary>
    (Tensor Mean, Tensor Variance)? Tracked { get; set; }

    /// <summary>The batch of all ranks, over which training mode normalizes; null for the rows of this process.</summary>
    SharedBatch? Shared { get; set; }
}
