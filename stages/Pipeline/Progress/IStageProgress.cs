namespace Distill.Pipeline.Progress;

/// <summary>Receives the progress of a running stage. Reports may be frequent, because the view decides what it shows.</summary>
public interface IStageProgress
{
    void Report(StageProgress progress);

    /// <summary>Reports progress without measured values.</summary>
    void Report(long done, long total) => Report(new StageProgress(done, total));

    /// <summary>Shows one sentence to the user, whatever the progress.</summary>
    void Note(string message);
}
