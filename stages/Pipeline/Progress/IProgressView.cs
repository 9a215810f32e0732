using System.Text.Json.Nodes;

namespace Distill.Pipeline.Progress;

/// <summary>View of a pipeline's run for the user, stage by stage.</summary>
public interface IProgressView
{
    /// <summary>Shows that a stage starts, and returns the receiver of its progress.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="index">Its position in the plan, from 1.</param>
    /// <param name="count">Number of stages in the plan.</param>
    /// <param name="resumedFrom">Where it resumes, such as "step 1200"; null if it starts at the beginning.</param>
    IStageProgress Begin(string stage, int index, int count, string? resumedFrom);

    /// <summary>Shows that a stage is already done and does not run.</summary>
    void Skip(string stage);

    /// <summary>Shows that the stage of the last <see cref="Begin"/> is done.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="elapsed">Time that it took in this run.</param>
    /// <param name="metrics">Its measurements: names and small numbers.</param>
    void End(string stage, TimeSpan elapsed, JsonObject metrics);

    /// <summary>Shows one sentence.</summary>
    void Note(string message);
}
