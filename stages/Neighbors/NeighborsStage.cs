// N images, D features, k neighbors
using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Imaging.Neighbors;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Neighbors;

/// <summary>
/// Finds the nearest neighbors of every training image, by the features of the pretrained encoder, so that students can learn from soft
/// targets that agree among neighbors. It reads no label. SimCLRv2 does not have it.
/// </summary>
public static class NeighborsStage
{
    /// <summary>Increment it when the same options and inputs give other neighbors.</summary>
    public const int Version = 1;

    /// <summary>File name of the neighbors.</summary>
    public const string Output = "neighbors.safetensors";

    private const int QueriesAtOnce = 5000;

    /// <summary>Finds the neighbors.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Number of neighbors.</param>
    /// <param name="settings">Device and threads of the run.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="network">A <see cref="FineTunedNetwork"/> without layers of the projection head.</param>
    /// <param name="pretrained">Artifact of the pretrained weights.</param>
    public static StageResult Run(
        StageContext context,
        NeighborsOptions options,
        RunSettings settings,
        IDataset dataset,
        ClassifierSource network,
        Artifact pretrained)
    {
        var clock = Stopwatch.StartNew();
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var train = dataset.Train();
        using var classifier = (FineTunedNetwork)network.Build(train.Shape.Channels, train.ClassNames.Count, null);
        Weights.LoadPart(classifier, context.Input(pretrained), FineTunedNetwork.PretrainedKey);
        settings.Compute.MoveTo(classifier);
        using var bank = ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads);
        // Counts images twice: their features first, then their neighbors.
        var features_ND = Inference.RunToHost(
            classifier.Encoder, bank, [.. Enumerable.Range(0, train.Count)], settings.Compute.InFp32, done => Report(done));
        var count = Math.Min(options.Count, train.Count - 1);
        var graph = Find(features_ND, count, settings.Compute.Device, done => Report(train.Count + done));

        var path = Path.Combine(context.Folder, Output);
        Durable.WriteFile(path, graph.Write);
        return new StageResult(
            new Dictionary<string, string> { [Output] = path },
            new JsonObject { ["images"] = train.Count, ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1) });

        void Report(int done)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(done, 2 * train.Count);
        }
    }

    /// <summary>Compares all images with all others, some thousands at a time.</summary>
    /// <param name="features_ND">On the CPU, of any floating type.</param>
    /// <param name="count">k, less than N.</param>
    /// <param name="device">The device that compares.</param>
    /// <param name="report">Called with the number of images done.</param>
    internal static NeighborGraph Find(Tensor features_ND, int count, Device device, Action<int> report)
    {
        var images = (int)features_ND.shape[0];
        var (neighbors, cosines) = (new int[images * count], new float[images * count]);
        using var numbers_N = NewTensors.Range(images, device);
        for (var start = 0; start < images; start += QueriesAtOnce)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(QueriesAtOnce, images - start);
            var queries_QD = features_ND.narrow(0, start, rows).to(device).to_type(ScalarType.Float32);
            // One more, since an image is a neighbor of itself.
            var (cosine_Qk, image_Qk) = NearestNeighbors.Find(features_ND, numbers_N, queries_QD, count + 1);
            var (found, near) = (image_Qk.cpu().ReadAll<long>(), cosine_Qk.cpu().ReadAll<float>());
            for (var row = 0; row < rows; row++)
            {
                Keep(found, near, row, start + row);
            }

            report(start + rows);
        }

        return new NeighborGraph(images, neighbors, cosines);

        // Without the image itself. Of more than k equal images, it may not be among the nearest.
        void Keep(long[] found, float[] near, int row, int image)
        {
            var to = image * count;
            for (var from = row * (count + 1); to < (image + 1) * count; from++)
            {
                if (found[from] != image)
                {
                    (neighbors[to], cosines[to]) = ((int)found[from], near[from]);
                    to++;
                }
            }
        }
    }
}
