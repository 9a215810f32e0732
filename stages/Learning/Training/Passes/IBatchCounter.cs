namespace Distill.Learning.Training.Passes;

/// <summary>
/// A normalization that counts the batches that it has seen, unless something else does it for all of a network's in one go.
/// </summary>
internal interface IBatchCounter
{
    /// <summary>Whether a forward pass in training mode counts; true at first.</summary>
    bool CountsBatches { get; set; }
}
