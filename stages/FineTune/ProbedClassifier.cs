// N labeled images, D features below the classifier, K classes
using System.Text.Json.Nodes;
using Distill.Imaging.Evaluation.Probes;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.FineTune;

/// <summary>
/// Fits the classifier of a pretrained network to the labeled images, while all below it is frozen and in inference mode.
/// </summary>
internal static class ProbedClassifier
{
    private const int Folds = 5;

    /// <summary>Replaces the classifier by a logistic regression, whose L2 strength is chosen by cross-validation.</summary>
    /// <param name="classifier">The network, on its device.</param>
    /// <param name="network">Creates a network like it, for numbers of channels and classes.</param>
    /// <param name="pretrained">Path of the pretrained weights.</param>
    /// <param name="labeled">Images and labels.</param>
    /// <param name="compute">Device; the features are fp32.</param>
    /// <param name="random">Key that draws the folds.</param>
    /// <param name="context">The running stage, for progress and cancellation.</param>
    /// <returns>The strength, and the accuracy on held-out labeled images in percent, for the metrics of the stage.</returns>
    public static JsonObject Fit(
        FineTunedNetwork classifier,
        ClassifierSource network,
        string pretrained,
        LabeledImages labeled,
        Compute compute,
        RandomKey random,
        StageContext context)
    {
        using var scope = NewDisposeScope();
        var features_ND = Features(network, pretrained, classifier.Encoder.Features, labeled, compute, Report);
        int[] positions = [.. Enumerable.Range(0, labeled.Count)];
        long[] labels = labeled.Labels(positions).ReadAll<long>();
        using var scale = FeatureScale.Fit(features_ND);
        using var probe = CrossValidatedProbe.Fit(
            scale.Apply(features_ND), labels, positions, labeled.ClassCount, random, Folds, LogisticProbeOptions.Default,
            fold => Report(fold, Folds));
        using var folded = scale.Fold(probe.Classifier);
        classifier.SetClassifier(folded.Weight_KD, folded.Bias_K);
        return new JsonObject
        {
            ["strength"] = Math.Round(probe.Strength, 6),
            ["heldOutTop1"] = probe.HeldOutTop1 is { } top1 ? Math.Round(top1, 2) : null,
        };

        // Counts images first, then folds.
        void Report(int done, int all)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(done, all);
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
