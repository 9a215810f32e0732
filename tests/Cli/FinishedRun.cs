namespace Tests.Cli;

/// <summary>One finished run that several tests look at and none changes.</summary>
public sealed class FinishedRun : IDisposable
{
    internal TinyPipeline Pipeline { get; } = new();

    internal DistillProcess.Outcome Outcome { get; }

    public FinishedRun() => Outcome = DistillProcess.Run(Pipeline.Folder, "run");

    public void Dispose() => Pipeline.Dispose();
}
