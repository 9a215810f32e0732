namespace Distill.Datasets.Downloads;

/// <summary>What a program left: its exit code, and its two outputs as text.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error);
