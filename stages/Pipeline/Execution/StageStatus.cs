namespace Distill.Pipeline.Execution;

/// <summary>Status of a stage, with the reasons.</summary>
/// <param name="Name">Name of the stage.</param>
/// <param name="State">Its state.</param>
/// <param name="Reasons">Exact reasons why it is not done; empty if it is.</param>
/// <param name="CheckpointStep">Step of the newest checkpoint that a run would resume from, unverified; null if there is none.</param>
/// <param name="Seconds">Time spent so far.</param>
public sealed record StageStatus(
    string Name, StageState State, IReadOnlyList<string> Reasons, long? CheckpointStep, double Seconds);

/// <summary>State of a stage.</summary>
public enum StageState
{
    /// <summary>It never started.</summary>
    ToDo,

    /// <summary>It started with the same options and inputs and did not finish. A run resumes it.</summary>
    Interrupted,

    /// <summary>It started or finished, and something has changed since. The reasons name the change.</summary>
    Stale,

    /// <summary>Its outputs are what another run would give.</summary>
    Done,
}
