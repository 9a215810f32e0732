using Distill.Pipeline.Progress;

namespace Benchmarks.Workload;

/// <summary>Shows nothing.</summary>
internal sealed class SilentProgress : IStageProgress
{
    public void Report(TrainingProgress progress)
    {
    }

    public void Note(string message)
    {
    }
}
