using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Training;

namespace Distill.Cli.Planning;

/// <summary>
/// Scales a pipeline down to minutes, on noise. Every network is built and every stage runs, so an error in a plan of days shows
/// before its data are there.
/// </summary>
internal static class Rehearsal
{
    // More classes than any topK of a shipped preset, so that soft targets are cut off here, too.
    private const int Classes = 24;
    private const int ImagesPerClass = 4;
    private const int LabelsPerClass = 2;
    private const int Views = 2;

    // The smallest width that pipeline.json allows.
    private const double LeastWidth = 1.0 / 64;

    /// <summary>Returns the pipeline with small networks, small batches and few steps.</summary>
    public static PipelineOptions Reduce(PipelineOptions options, RehearsalScale scale)
    {
        var pretrain = options.Pretrain.Options;
        var pretraining = Reduce(pretrain.Training, scale);
        return options with
        {
            Settings = options.Settings with { CheckpointEvery = TimeSpan.FromDays(1) },
            Labels = new LabelSplitOptions(null, LabelsPerClass, null, options.Labels.Seed),
            // A model from elsewhere need not be there, so a small network is pretrained in its place.
            Encoders = [],
            Pretrain = options.Pretrain with
            {
                Options = pretrain with
                {
                    // Weights of the full network do not fit the small one, so it is trained.
                    Weights = null,
                    Network = Reduce(pretrain.Network, scale),
                    Queue = pretrain.Queue with { Size = Math.Min(pretrain.Queue.Size, 4 * pretraining.BatchSize) },
                    Training = pretraining,
                },
            },
            Probe = options.Probe is { } probe
                ? probe with { Options = probe.Options with { Sgd = probe.Options.Sgd with { Epochs = 1 } } }
                : null,
            FineTune = options.FineTune with
            {
                Options = options.FineTune.Options with { Weights = null, Training = Reduce(options.FineTune.Options.Training, scale) },
            },
            Rounds = [.. options.Rounds.Select(round => Reduce(round, scale))],
            Supervised = options.Supervised is { } supervised
                ? supervised with
                {
                    Options = supervised.Options with
                    {
                        Network = Reduce(supervised.Options.Network, scale),
                        Training = Reduce(supervised.Options.Training, scale),
                    },
                }
                : null,
            Rivals = Reduce(options.Rivals, scale),
            Publish = options.Publish with
            {
                HeldOut = options.Publish.HeldOut is null ? null : new LabelSplitOptions(null, 1, null, options.Labels.Seed),
            },
        };
    }

    /// <summary>Returns a dataset of noise in the shape of the pipeline's images.</summary>
    public static IDataset Dataset(PipelineOptions options, RehearsalScale scale)
    {
        var size = Math.Min(options.Dataset.ImageSize, scale.ImageSize);
        return new SyntheticDataset(new ImageShape(options.Dataset.Channels, size, size), Classes, ImagesPerClass);
    }

    private static RivalBlocks Reduce(RivalBlocks rivals, RehearsalScale scale) => rivals with
    {
        Methods =
        [
            .. rivals.Methods.Select(rival => rival with
            {
                Options = rival.Options with
                {
                    Network = Reduce(rival.Options.Network, scale),
                    Training = Reduce(rival.Options.Training, scale),
                },
            }),
        ],
        Encoders =
        [
            .. rivals.Encoders.Select(rival => rival with
            {
                Options = rival.Options with
                {
                    Network = Reduce(rival.Options.Network, scale),
                    Training = Reduce(rival.Options.Training, scale),
                },
            }),
        ],
        Rounds = [.. rivals.Rounds.Select(taught => taught with { Round = Reduce(taught.Round, scale) })],
        Tuned =
        [
            .. rivals.Tuned.Select(tuned => tuned with
            {
                Options = tuned.Options with { Training = Reduce(tuned.Options.Training, scale) },
            }),
        ],
    };

    private static RoundOptions Reduce(RoundOptions round, RehearsalScale scale) => round with
    {
        Label = round.Label with
        {
            Options = round.Label.Options with { ViewsPerImage = Math.Min(round.Label.Options.ViewsPerImage, Views) },
        },
        Student = round.Student with
        {
            Options = round.Student.Options with
            {
                Network = Reduce(round.Student.Options.Network, scale),
                // A small batch of few views may not be a multiple.
                ViewsTogether = 1,
                LabeledBatchSize = Math.Min(round.Student.Options.LabeledBatchSize, scale.BatchSize),
                Training = Reduce(round.Student.Options.Training, scale),
            },
        },
    };

    private static NetworkOptions Reduce(NetworkOptions network, RehearsalScale scale) =>
        network with { Width = Math.Max(LeastWidth, network.Width * scale.Width) };

    private static TrainingOptions Reduce(TrainingOptions training, RehearsalScale scale)
    {
        var batchSize = Math.Min(training.BatchSize, scale.BatchSize);
        // The largest number of groups that divides the small batch, with at least two images per group.
        var groups = Enumerable.Range(1, Math.Max(1, Math.Min(training.Groups, batchSize / 2))).Last(number => batchSize % number == 0);
        return training with { Steps = scale.Steps, BatchSize = batchSize, Groups = groups };
    }
}
