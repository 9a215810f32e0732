// N rows of features, D features of an encoder, K classes
using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Encoders;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Probes;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Classify;

/// <summary>
/// Makes the teacher of a pipeline with a frozen encoder from elsewhere, in place of pretraining and fine-tuning: a logistic regression on
/// the encoder's features of the labeled images. With several encoders, each gets one, and their probabilities are averaged.
/// </summary>
public static class ClassifyStage
{
    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public const int Version = 1;

    /// <summary>File name of the classifier.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>Fits the classifier.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Views and folds.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images are labeled.</param>
    /// <param name="open">Opens the encoders with an unfitted classifier of so many classes.</param>
    public static StageResult Run(
        StageContext context,
        ClassifyOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        Func<int, EncoderTeacher> open)
    {
        var clock = Stopwatch.StartNew();
        using var scope = NewDisposeScope();
        var train = dataset.Train();
        var random = settings.Random(context.Name);
        var labeled = LabelSplit.Draw(train, labels).Indices;
        using var bank = ImageBank.Open(train, CPU, settings.LoaderThreads);
        using var teacher = open(train.ClassNames.Count);
        foreach (var summary in teacher.Summaries)
        {
            context.Progress.Note(summary);
        }

        var rows = Views(labeled, options, bank, random);
        long[] classes = [.. rows.Select(row => (long)train.Labels[row.Image])];
        int[] images = [.. rows.Select(row => row.Image)];
        var metrics = new JsonObject();
        for (var encoder = 0; encoder < teacher.Encoders.Count; encoder++)
        {
            var features_ND = Features(teacher, encoder, bank, rows, settings, context);
            using var scale = FeatureScale.Fit(features_ND);
            using var probe = CrossValidatedProbe.Fit(
                scale.Apply(features_ND), classes, images, train.ClassNames.Count, random, options.Folds, LogisticProbeOptions.Default,
                fold => Report(context, fold, options.Folds), context.Cancellation);
            using var fitted = scale.Fold(probe.Classifier);
            teacher.SetClassifier(encoder, fitted);
            var suffix = encoder == 0 ? "" : FormattableString.Invariant($"{encoder + 1}");
            metrics["encoder" + suffix] = teacher.Encoders[encoder].Name;
            metrics["strength" + suffix] = Math.Round(probe.Strength, 6);
            metrics["heldOutTop1" + suffix] = probe.HeldOutTop1 is { } top1 ? Math.Round(top1, 2) : null;
        }

        var path = Path.Combine(context.Folder, Output);
        Durable.WriteFile(path, stream => Weights.Save(teacher, stream));
        metrics["labels"] = labeled.Count;
        metrics["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1);
        return new StageResult(new Dictionary<string, string> { [Output] = path }, metrics);
    }

    /// <summary>Returns the views of the labeled images: the one of evaluation first, then crops.</summary>
    private static IReadOnlyList<ViewRequest> Views(
        IReadOnlyList<int> labeled, ClassifyOptions options, ImageBank bank, RandomKey random) =>
    [
        .. labeled.SelectMany(image => Enumerable.Range(0, options.ViewsPerImage)
            .Select(view => bank.Draw(image, view == 0 ? null : options.Crop, random.Fold(image).Fold(view)))),
    ];

    private static Tensor Features(
        EncoderTeacher teacher, int encoder, ImageBank bank, IReadOnlyList<ViewRequest> rows, RunSettings settings, StageContext context)
    {
        var chunks = rows.Chunk(Inference.BatchSize(bank.Images.Shape, settings.Compute, teacher)).ToArray();
        using var loader = new ViewLoader(bank, chunk => new ViewBatch(chunks[chunk], teacher.ImageSize), chunks.Length);
        var features = new List<Tensor>();
        var done = 0;
        foreach (var batch in ParallelMap.Run<Tensor>(chunks.Length, get_num_threads(), chunk =>
        {
            var images_NCHW = loader.At(chunk);
            return () =>
            {
                using var owned = images_NCHW;
                return teacher.Features(encoder, owned).DetachFromDisposeScope();
            };
        }))
        {
            features.Add(batch);
            done += (int)batch.shape[0];
            Report(context, done, rows.Count);
        }

        var features_ND = cat(features);
        features.ForEach(batch => batch.Dispose());
        return features_ND;
    }

    private static void Report(StageContext context, int done, int all)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        context.Progress.Report(done, all);
    }
}
