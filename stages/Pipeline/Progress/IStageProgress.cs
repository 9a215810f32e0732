namespace Distill.Pipeline.Progress;

/// <summary>Where a running stage tells how far it is. Reports may be frequent: the view decides what it shows.</summary>
public interface IStageProgress
{
    void Report(TrainingProgress progress);

    /// <summary>One sentence that the user should see, whatever the progress.</summary>
    void Note(string message);
}
