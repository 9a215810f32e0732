using System.Text.Json.Nodes;

namespace Distill.Pipeline.Progress;

/// <summary>What a user sees of a pipeline's run, stage by stage.</summary>
public interface IProgressView
{
    /// <param name="stage">The stage's name.</param>
    /// <param name="index">Its place in the plan, from 1.</param>
    /// <param name="count">How many stages the plan has.</param>
    /// <param name="resumedFrom">Where it continues, such as "step 1200"; null for a stage that starts afresh.</param>
    IStageProgress Begin(string stage, int index, int count, string? resumedFrom);

    /// <summary>The stage is done already and is not run.</summary>
    void Skip(string stage);

    /// <param name="stage">The stage that <see cref="Begin"/> named last.</param>
    /// <param name="elapsed">The time it took in this run.</param>
    /// <param name="metrics">What it measured: names and small numbers.</param>
    void End(string stage, TimeSpan elapsed, JsonObject metrics);

    void Note(string message);
}
