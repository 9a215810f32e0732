namespace Distill.Pipeline.Execution;

/// <summary>Where a stage stands.</summary>
public enum StageState
{
    /// <summary>It was never begun.</summary>
    ToDo,

    /// <summary>It was begun with the same options and inputs and did not finish; running resumes it.</summary>
    Interrupted,

    /// <summary>It was begun or done, and something has changed since; the reasons say what.</summary>
    Stale,

    /// <summary>Its outputs are what running it again would give.</summary>
    Done,
}
