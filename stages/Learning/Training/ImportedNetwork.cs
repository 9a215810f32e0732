using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>Imports weights in place of training: checks that they fit, and saves them where training would have saved its own.</summary>
public static class ImportedNetwork
{
    /// <summary>Creates the network, loads the weights and saves them as the stage's result.</summary>
    /// <param name="context">The stage's folder and metrics.</param>
    /// <param name="network">
    /// The network's options in pipeline.json. They go into the file, because the weights alone may not determine them.
    /// </param>
    /// <param name="make">Creates the network, which is disposed of here.</param>
    /// <param name="load">Loads the weights; throws <see cref="InvalidDataException"/> if they do not fit.</param>
    /// <exception cref="UserException">The weights do not fit the network.</exception>
    public static StageResult Import<T>(StageContext context, JsonObject network, Func<T> make, Action<T> load)
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

        // The log of an earlier training does not belong to these weights.
        context.Metrics.TruncateAfter(0);
        var path = Path.Combine(context.Folder, TrainingLoop.Output);
        var metadata = new Dictionary<string, string> { ["network"] = CanonicalJson.Of(network).ToJsonString() };
        Durable.WriteFile(path, stream => Weights.Save(made, stream, metadata));
        return new StageResult(
            new Dictionary<string, string> { [TrainingLoop.Output] = path },
            new JsonObject { ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1) });
    }
}
