using Distill.Datasets.Images;
using Distill.Distill;
using Distill.Imaging.Evaluation;
using Distill.Pretrain;

namespace Distill.Cli.Checks;

/// <summary>Finds batches, queues and evaluations that are larger than the number of images.</summary>
internal static class BatchCheck
{
    // SimCLRv2's students see a fresh view every time; FKD, which stores views, has 500 of each image.
    private const int MostPasses = 10;

    public static IEnumerable<Finding> Find(CheckedData data) => data.Train?.Images is not { } train ? [] :
    [
        .. data.Options.Pretrains ? Pretraining(data, train) : [],
        .. data.Labels is { } labels
            ? [.. Batches(data, train, labels.Indices.Count), .. Repeats(data, train, labels.Indices.Count), .. Neighbors(data, train)]
            : Array.Empty<Finding>(),
    ];

    private static IEnumerable<Finding> Pretraining(CheckedData data, ImageSet train)
    {
        var (batch, queue) = (data.Options.Pretrain.Options.Training.BatchSize, data.Options.Pretrain.Options.Queue.Size);
        if (batch > train.Count)
        {
            yield return Finding.Warning(
                Split.Train,
                $"pretrain.batchSize: found {batch}, expected at most the {Phrases.Count(train.Count, "training image")}: "
                    + "a step has several pairs of views of one image, and must tell them apart");
        }

        if (queue > 2 * train.Count)
        {
            yield return Finding.Warning(
                Split.Train,
                $"pretrain.queue.size: found {queue}, expected at most {2 * train.Count}, two views of each training image: "
                    + "the queue has earlier views of the images of a step, which must be told apart from them");
        }

        if (train.Labels.Count(label => label != ImageSet.Unlabeled) is var withClass && withClass < PretrainStage.LeastForNeighbors)
        {
            yield return Finding.Warning(
                Split.Train,
                $"pretrain: found {Phrases.Count(withClass, "training image")} with a class, expected at least "
                    + $"{PretrainStage.LeastForNeighbors} to measure a kNN accuracy, so none is shown");
        }
    }

    private static IEnumerable<Finding> Batches(CheckedData data, ImageSet train, int labeled)
    {
        var options = data.Options;
        var batches = new List<(string Key, int Size, int Items, string What)>();
        if (options.FineTunes)
        {
            batches.Add(("finetune.batchSize", options.FineTune.Options.Training.BatchSize, labeled, "labeled image"));
        }

        if (options.Supervised is { } supervised)
        {
            batches.Add(("supervised.batchSize", supervised.Options.Training.BatchSize, labeled, "labeled image"));
        }

        if (options.Rivals.Methods is [var rival, ..])
        {
            batches.Add(("rivals.batchSize", rival.Options.Training.BatchSize, labeled, "labeled image"));
        }

        foreach (var encoder in options.Rivals.Encoders.Select(block => block.Options))
        {
            batches.Add(($"rivals.{encoder.Name}.batchSize", encoder.Training.BatchSize, train.Count, "training image"));
        }

        foreach (var tuned in options.Rivals.Tuned.Select(block => block.Options))
        {
            batches.Add(($"rivals.{tuned.Name}.batchSize", tuned.Training.BatchSize, labeled, "labeled image"));
        }

        foreach (var round in options.Students)
        {
            var student = round.Student.Options;
            var views = round.Targets == TargetsKind.Online ? student.ViewsTogether : round.Label.Options.ViewsPerImage;
            var items = views * Learned(student, train, labeled);
            batches.Add(($"{round.Path}.student.batchSize", student.Training.BatchSize, items, "view"));
            if (student.Alpha < 1)
            {
                batches.Add(($"{round.Path}.student.labeledBatchSize", student.LabeledBatchSize, labeled, "labeled image"));
            }
        }

        return batches
            .Where(batch => batch.Size > batch.Items)
            .Select(batch => Finding.Warning(
                Split.Train,
                $"{batch.Key}: found {batch.Size}, expected at most the {Phrases.Count(batch.Items, batch.What)}: steps repeat some"));
    }

    /// <summary>Finds students that see each stored view again and again.</summary>
    private static IEnumerable<Finding> Repeats(CheckedData data, ImageSet train, int labeled)
    {
        foreach (var round in data.Options.Students.Where(round => round.Targets == TargetsKind.Stored))
        {
            var (student, views) = (round.Student.Options, round.Label.Options.ViewsPerImage);
            var rows = (double)views * Math.Max(1, Learned(student, train, labeled));
            var passes = student.Training.Steps * (double)student.Training.BatchSize / rows;
            if (passes > MostPasses)
            {
                yield return Finding.Warning(
                    Split.Train,
                    FormattableString.Invariant($"{round.Path}.label.viewsPerImage: found {views}, so each stored view is seen ")
                        + FormattableString.Invariant($"{passes:0} times in {student.Training.Steps} steps; more views, or ")
                        + $"\"targets\": \"online\" in {round.Path}, show others");
            }
        }
    }

    private static int Learned(DistillOptions student, ImageSet train, int labeled) => student.Images switch
    {
        DistilledImages.Labeled => labeled,
        DistilledImages.Unlabeled => train.Count - labeled,
        _ => train.Count,
    };

    private static IEnumerable<Finding> Neighbors(CheckedData data, ImageSet train)
    {
        if (data.Options.Probe?.Options is { Neighbors: true } probe)
        {
            var voters = probe.Indices(train, data.Options.Labels).Count;
            foreach (var neighbors in new[] { NeighborOptions.Lightly.Neighbors, NeighborOptions.SoloLearn.Neighbors })
            {
                if (voters < neighbors)
                {
                    yield return Finding.Warning(
                        Split.Train,
                        $"probe.neighbors: found {Phrases.Count(voters, "labeled image")}, expected {neighbors} for the vote of "
                            + $"{neighbors} neighbors, so all of them vote");
                }
            }
        }
    }
}
