using Distill.Datasets.Images;
using Distill.Distill;
using Distill.Imaging.Evaluation;
using Distill.Pretrain;

namespace Distill.Cli.Checks;

/// <summary>Finds batches, queues and evaluations that are larger than the number of images.</summary>
internal static class BatchCheck
{
    public static IEnumerable<Finding> Find(CheckedData data) => data.Train?.Images is not { } train ? [] :
    [
        .. data.Options.Pretrains ? Pretraining(data, train) : [],
        .. data.Labels is { } labels ? [.. Batches(data, train, labels.Indices.Count), .. Neighbors(data, train)] : Array.Empty<Finding>(),
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

        foreach (var round in options.Rounds)
        {
            var (student, views) = (round.Student.Options, round.Label.Options.ViewsPerImage);
            batches.Add(($"rounds.{round.Name}.student.batchSize", student.Training.BatchSize, views * Learned(student.Images), "view"));
            if (student.Alpha < 1)
            {
                batches.Add(($"rounds.{round.Name}.student.labeledBatchSize", student.LabeledBatchSize, labeled, "labeled image"));
            }
        }

        return batches
            .Where(batch => batch.Size > batch.Items)
            .Select(batch => Finding.Warning(
                Split.Train,
                $"{batch.Key}: found {batch.Size}, expected at most the {Phrases.Count(batch.Items, batch.What)}: steps repeat some"));

        int Learned(DistilledImages images) => images switch
        {
            DistilledImages.Labeled => labeled,
            DistilledImages.Unlabeled => train.Count - labeled,
            _ => train.Count,
        };
    }

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
