using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>A stage's work where its weights are given: look whether they fit, and leave them where a training would have left its own.</summary>
public static class ImportedNetwork
{
    /// <param name="context">Where it runs.</param>
    /// <param name="network">What network the weights are of, as pipeline.json says: it goes into the file, because what it says may not be in the weights.</param>
    /// <param name="make">The network, to be disposed of here.</param>
    /// <param name="load">Takes the weights; throws <see cref="InvalidDataException"/> where they do not fit.</param>
    /// <exception cref="UserException">They do not.</exception>
    public static StageResult Leave<T>(StageContext context, JsonObject network, Func<T> make, Action<T> load)
        where T : nn.Module
    {
        var clock = Stopwatch.StartNew();
        using var made = make();
        try
        {
            load(made);
        }
        catch (InvalidDataException other)
        {
            throw new UserException(other.Message);
        }

        // What an earlier training logged is not of these weights.
        context.Metrics.TruncateAfter(0);
        var path = Path.Combine(context.Folder, TrainingLoop.Output);
        var metadata = new Dictionary<string, string> { ["network"] = CanonicalJson.Of(network).ToJsonString() };
        Durable.WriteFile(path, stream => Weights.Save(made, stream, metadata));
        return new StageResult(
            new Dictionary<string, string> { [TrainingLoop.Output] = path }, new JsonObject { ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1) });
    }
}
