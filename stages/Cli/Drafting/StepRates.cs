using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;

namespace Distill.Cli.Drafting;

/// <summary>A view that remembers how many images per second each stage did at its end.</summary>
/// <param name="write">Takes one line per stage.</param>
internal sealed class StepRates(Action<string> write) : IProgressView
{
    private readonly Dictionary<string, double> _rates = [];

    /// <summary>Returns the images per second of a stage.</summary>
    public double this[string stage] => _rates[stage];

    public IStageProgress Begin(string stage, int index, int count, string? resumedFrom)
    {
        write($"  {stage}");
        return new Stage(rate => _rates[stage] = rate);
    }

    public void Skip(string stage)
    {
    }

    public void End(string stage, TimeSpan elapsed, JsonObject metrics)
    {
    }

    public void Note(string message)
    {
    }

    private sealed class Stage(Action<double> set) : IStageProgress
    {
        public void Report(StageProgress progress)
        {
            if (progress.Metrics.FirstOrDefault(metric => metric.Name == ProgressMetric.ImagesPerSecond)?.Value is { } rate and > 0)
            {
                set(rate);
            }
        }

        public void Note(string message)
        {
        }
    }
}
