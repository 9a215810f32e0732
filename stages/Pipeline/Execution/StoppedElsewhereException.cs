namespace Distill.Pipeline.Execution;

/// <summary>The run was interrupted because another of its processes was asked to stop.</summary>
public sealed class StoppedElsewhereException() : OperationCanceledException("another process of this run was asked to stop");
