// N images, D features, K classes
using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Probes;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Probe;

/// <summary>
/// Linear evaluation (SimCLR, section 4 and appendix B): fits a linear classifier to the features of the pretrained encoder, which is
/// frozen and in inference mode. The result is an ordinary classifier.
/// </summary>
public static class ProbeStage
{
    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public const int Version = 2;

    /// <summary>File name of the encoder with its classifier.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>Fits the probe and stores encoder and classifier as one network.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Labels and solver.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images are labeled.</param>
    /// <param name="network">A <see cref="FineTunedNetwork"/> without layers of the projection head.</param>
    /// <param name="pretrained">Artifact of the pretrained weights.</param>
    /// <exception cref="UserException">L-BFGS has no class with two labeled images, so it cannot hold any out.</exception>
    public static StageResult Run(
        StageContext context,
        ProbeOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        ClassifierSource network,
        Artifact pretrained)
    {
        var clock = Stopwatch.StartNew();
        using var scope = NewDisposeScope();
        var train = dataset.Train();
        var random = settings.Random(context.Name);
        using var generator = random.Generator();
        using var classifier = (FineTunedNetwork)network.Build(train.Shape.Channels, train.ClassNames.Count, generator);
        Weights.LoadPart(classifier, context.Input(pretrained), FineTunedNetwork.PretrainedKey);
        settings.Compute.MoveTo(classifier);

        using var bank = ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads);
        var indices = options.Indices(train, labels);
        options.CheckLabels(train, indices);
        // SGD reads a batch at a time, so its features need not fit a GPU.
        var features_ND = options.Solver == ProbeSolver.Sgd
            ? Inference.RunToHost(classifier.Encoder, bank, indices, settings.Compute.InFp32, done => Report(done, indices.Count))
            : Inference.Run(classifier.Encoder, bank, indices, settings.Compute.InFp32, done => Report(done, indices.Count));
        var metrics = Fit(
            classifier, features_ND, bank.Labels(indices), train.ClassNames.Count, options, random, Report, context.Cancellation);

        var path = Path.Combine(context.Folder, Output);
        Durable.WriteFile(path, stream => Weights.Save(classifier, stream));
        metrics["labels"] = indices.Count;
        metrics["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1);
        return new StageResult(new Dictionary<string, string> { [Output] = path }, metrics);

        // Counts images first, then L2 strengths, folds or epochs.
        void Report(int done, int all)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(done, all);
        }
    }

    private static JsonObject Fit(
        FineTunedNetwork classifier,
        Tensor features_ND,
        Tensor labels_N,
        int classes,
        ProbeOptions options,
        RandomKey random,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        using var scale = FeatureScale.Fit(features_ND);
        if (options.Solver == ProbeSolver.Sgd)
        {
            using var fitted = SgdProbe.Fit(
                features_ND, scale, labels_N, classes, random, options.Sgd, epoch => report(epoch, options.Sgd.Epochs));
            SetClassifier(fitted);
            return [];
        }

        if (options.Folds is { } folds)
        {
            var labels = labels_N.ReadAll<long>();
            using var validated = CrossValidatedProbe.Fit(
                scale.Apply(features_ND), labels, [.. Enumerable.Range(0, labels.Length)], classes, random, folds,
                LogisticProbeOptions.Default, fold => report(fold, folds), cancellation);
            SetClassifier(validated.Classifier);
            return Metrics(validated.Strength, validated.HeldOutTop1!.Value);
        }

        var recipe = LogisticProbeOptions.Default with { HeldOutShare = options.HeldOutFraction };
        using var probe = LogisticProbe.Fit(
            scale.Apply(features_ND), labels_N, classes, random, recipe, tried => report(tried, recipe.Strengths.Count));
        SetClassifier(probe.Classifier);
        return Metrics(probe.Strength, probe.Sweep.Max(point => point.HeldOutTop1));

        static JsonObject Metrics(double strength, double top1) => new() { ["strength"] = strength, ["heldOutTop1"] = Math.Round(top1, 2) };

        void SetClassifier(LinearClassifier scaled)
        {
            using var folded = scale.Fold(scaled);
            classifier.SetClassifier(folded.Weight_KD, folded.Bias_K);
        }
    }
}
