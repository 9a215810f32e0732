namespace Distill.Pipeline.Execution;

/// <summary>What the lock says of a stage: it was begun, or it is finished.</summary>
public enum LockedState
{
    Running,
    Done,
}
