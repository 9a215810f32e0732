namespace Distill.Pipeline.Execution;

/// <summary>Where a stage stands, and why.</summary>
/// <param name="Name">The stage.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reasons">Why it is not done, exactly; empty when it is.</param>
/// <param name="CheckpointStep">The step of the newest checkpoint that a run would continue from, unverified; null if there is none.</param>
/// <param name="Seconds">Time spent so far.</param>
public sealed record StageStatus(
    string Name, StageState State, IReadOnlyList<string> Reasons, long? CheckpointStep, double Seconds);
