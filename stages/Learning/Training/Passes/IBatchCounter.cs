namespace Distill.Learning.Training.Passes;

/// <summary>
/// A batch norm that counts its batches, unless <see cref="RunningStatistics"/> counts for all batch norms of the network.
/// </summary>
internal interface IBatchCounter
{
    /// <summary>Whether a forward pass in training mode adds to the count; initially true.</summary>
    bool CountsBatches { get; set; }
}
