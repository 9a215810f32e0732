using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Neighbors;
using Distill.Imaging.Splits;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;

// N training images, K classes
namespace Distill.Rivals.Poisson;

/// <summary>
/// Poisson learning (Calder et al. 2020, arXiv:2006.11184): the few labels spread over the graph of neighbors, and no network is trained. A
/// test image then gets the class for which its nearest training images vote.
/// </summary>
public static class PoissonStage
{
    /// <summary>Increment it when the same options and inputs give other classes.</summary>
    public const int Version = 1;

    /// <summary>Name of the block, of the stage and of its row in the results.</summary>
    public const string Name = "poisson";

    /// <summary>File name of the classes of all training images.</summary>
    public const string Output = "classes.safetensors";

    /// <summary>Spreads the labels.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images are labeled.</param>
    /// <param name="neighbors">Artifact of the graph.</param>
    public static StageResult Run(StageContext context, IDataset dataset, LabelSplitOptions labels, Artifact neighbors)
    {
        var clock = Stopwatch.StartNew();
        var train = dataset.Train();
        var labeled = LabelSplit.Draw(train, labels).Indices.ToDictionary(image => image, image => train.Labels[image]);
        var edges = NeighborGraph.Read(context.Input(neighbors), train.Count).Edges();
        var scores_NK = edges.Poisson(labeled, train.ClassNames.Count, context.Cancellation);
        long[] classes_N = [.. scores_NK.Chunk(train.ClassNames.Count).Select(score => (long)Array.IndexOf(score, score.Max()))];

        var path = Path.Combine(context.Folder, Output);
        Durable.WriteFile(path, stream => SpreadLabels.Write(stream, classes_N));
        return new StageResult(
            new Dictionary<string, string> { [Output] = path },
            new JsonObject { ["labels"] = labeled.Count, ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1) });
    }
}
