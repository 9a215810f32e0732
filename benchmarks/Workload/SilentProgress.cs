using Distill.Pipeline.Progress;

namespace Benchmarks.Workload;

/// <summary>Progress that shows nothing.</summary>
internal sealed class SilentProgress : IStageProgress
{
    public void Report(StageProgress progress)
    {
    }

    public void Note(string message)
    {
    }
}
