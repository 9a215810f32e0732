// N labeled images, D features below the classifier, K classes
using System.Text.Json.Nodes;
using Distill.Imaging.Evaluation.Probes;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.FineTune;

/// <summary>
/// Fits the classifier of a pretrained network to the labeled images, while all below it is frozen and in inference mode.
/// </summary>
internal static class ProbedClassifier
{
    private const string File = "probe.safetensors";
    private const int Folds = 5;

    /// <summary>
    /// Replaces the classifier by a logistic regression, whose L2 strength is chosen by cross-validation. A run that resumes reads it from
    /// the stage's folder, since fitting many labels takes long.
    /// </summary>
    /// <param name="classifier">The network, on its device.</param>
    /// <param name="network">Creates a network like it, for numbers of channels and classes.</param>
    /// <param name="pretrained">Path of the pretrained weights.</param>
    /// <param name="labeled">Images and labels.</param>
    /// <param name="compute">Device; the features are fp32.</param>
    /// <param name="random">Key that draws the folds.</param>
    /// <param name="context">The running stage, for progress and cancellation.</param>
    /// <returns>The strength, and the accuracy on held-out labeled images in percent, for the metrics of the stage.</returns>
    public static JsonObject Set(
        FineTunedNetwork classifier,
        ClassifierSource network,
        string pretrained,
        LabeledImages labeled,
        Compute compute,
        RandomKey random,
        StageContext context)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(context.Folder, File);
        if (Read(path, context.Key) is var (weight_KD, bias_K, metrics))
        {
            classifier.SetClassifier(weight_KD, bias_K);
            return metrics;
        }

        var features_ND = Features(network, pretrained, classifier.Encoder.Features, labeled, compute, Report);
        int[] positions = [.. Enumerable.Range(0, labeled.Count)];
        long[] labels = labeled.Labels(positions).ReadAll<long>();
        using var scale = FeatureScale.Fit(features_ND);
        using var probe = CrossValidatedProbe.Fit(
            scale.Apply(features_ND), labels, positions, labeled.ClassCount, random, Folds, LogisticProbeOptions.Default,
            fold => Report(fold, Folds), context.Cancellation);
        using var folded = scale.Fold(probe.Classifier);
        classifier.SetClassifier(folded.Weight_KD, folded.Bias_K);
        metrics = new JsonObject
        {
            ["strength"] = Math.Round(probe.Strength, 6),
            ["heldOutTop1"] = probe.HeldOutTop1 is { } top1 ? Math.Round(top1, 2) : null,
        };
        var entries = new Dictionary<string, string> { ["key"] = context.Key, ["metrics"] = metrics.ToJsonString() };
        Dictionary<string, Tensor> tensors = new() { ["weight"] = folded.Weight_KD, ["bias"] = folded.Bias_K };
        Durable.WriteFile(path, stream => SafetensorsFile.Write(stream, tensors, entries));
        return metrics;

        // Counts images first, then folds.
        void Report(int done, int all)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(done, all);
        }
    }

    /// <summary>Reads a classifier that was fitted before; null if there is none of this key.</summary>
    private static (Tensor Weight_KD, Tensor Bias_K, JsonObject Metrics)? Read(string path, string key)
    {
        try
        {
            return System.IO.File.Exists(path) && SafetensorsFile.Read(path, out var entries) is var tensors && entries["key"] == key
                ? (tensors["weight"], tensors["bias"], JsonNode.Parse(entries["metrics"])!.AsObject())
                : null;
        }
        catch (InvalidDataException)
        {
            // It is damaged, and fitted again.
            return null;
        }
    }

    /// <summary>Computes what the classifier sees, with a network whose classifier is the identity.</summary>
    private static Tensor Features(
        ClassifierSource network, string pretrained, int features, LabeledImages labeled, Compute compute, Action<int, int> report)
    {
        using var body = (FineTunedNetwork)network.Build(labeled.Shape.Channels, features, null);
        Weights.LoadPart(body, pretrained, FineTunedNetwork.PretrainedKey);
        body.SetClassifier(eye(features), zeros(features));
        compute.MoveTo(body);
        return labeled.Outputs(body, compute.InFp32, done => report(done, labeled.Count));
    }
}
