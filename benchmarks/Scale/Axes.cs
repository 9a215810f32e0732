using Benchmarks.Workload;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Probes;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Imaging.Splits;
using Distill.Label;
using Distill.Learning.Native;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pretrain;
using static TorchSharp.torch;

namespace Benchmarks.Scale;

/// <summary>The quantities that grow: images, classes, and images per batch.</summary>
/// <param name="settings">Device and precision of the networks.</param>
/// <param name="folder">Folder for files; each measurement deletes its own.</param>
internal sealed class Axes(RunSettings settings, string folder)
{
    private const int Classes = 10;
    private const int Images = 10_000;
    private const int BatchSize = 256;
    private const double LabeledShare = 0.01;

    private static readonly int[] ImageCounts = [1_000, 10_000, 100_000, 1_000_000];

    // As long as those of the paper's largest network, a ResNet-152 of width 3. From 349,526 images on, they are kept in half precision.
    private const int FeatureLength = 6144;
    private const int Queries = 100;

    // What fitting a probe takes beside the features, and a little more.
    private const long MemoryOfProbe = 4L << 30;

    private static readonly int[] FeatureCounts = [200_000, 400_000, 800_000];

    /// <summary>Small, so that a million images fit in memory.</summary>
    private static readonly ImageShape Shape = new(1, 8, 8);

    /// <summary>So narrow that the cost of everything around the network shows.</summary>
    private static readonly NetworkOptions Tiny = new(Architecture.ResNet18, 1.0 / 16, Stem.ImageNet);

    private static readonly CropOptions Crop = new((0.5, 1), (0.75, 4.0 / 3), 0.5);

    private static readonly RandomKey Key = RandomKey.FromSeed(0).Fold("scale");

    /// <summary>Lists all axes.</summary>
    /// <param name="maximumImages">Larger numbers of images are left out.</param>
    public IReadOnlyList<Axis> All(int maximumImages) =>
    [
        new("images", $"{Classes} classes, one view each", [.. ImageCounts.Where(size => size <= maximumImages)],
        [
            new("write soft targets", size => Write(size, size, Classes)),
            new("read soft targets", size => Read(size, size, Classes)),
            new("draw a label split", size => DrawSplit(size)),
            new("plan an epoch's batches", size => Plan(size, size, BatchSize)),
            new("label by a tiny network", size => Label(size, size, Classes)),
        ]),
        new("classes", FormattableString.Invariant($"{Images:N0} images, one view each"), [10, 100, 1000],
        [
            new("write soft targets", size => Write(size, Images, size)),
            new("read soft targets", size => Read(size, Images, size)),
            new("label by a tiny network", size => Label(size, Images, size)),
        ]),
        new("batch", FormattableString.Invariant($"{Images:N0} images"), [64, 128, 256, 512, 1024],
        [
            new("plan an epoch's batches", size => Plan(size, Images, size)),
            new("pretrain a tiny network", Pretrain),
        ]),
        new("features", FormattableString.Invariant($"images, of {FeatureLength:N0} features each"),
            [.. FeatureCounts.Where(size => size <= maximumImages && Fits(size))],
        [
            new("compute them, and fit a probe by SGD in one epoch", FitProbe),
            new("compute them, and let 200 neighbors vote for 100 images", Vote),
        ]),
    ];

    private Cost Write(int size, int images, int classes) => InFolder(place =>
    {
        var path = Path.Combine(place, "part.parquet");
        var targets = new RandomTargets(images, classes);
        return Meter.Measure(
            size,
            images,
            () => SoftTargetWriter.Write(path, targets.Groups(), new Dictionary<string, string>()),
            () => new FileInfo(path).Length);
    });

    private Cost Read(int size, int images, int classes) => InFolder(place =>
    {
        SoftTargetWriter.Write(
            Path.Combine(place, "part.parquet"), new RandomTargets(images, classes).Groups(), new Dictionary<string, string>());
        return Meter.Measure(size, images, () =>
        {
            using var file = SoftTargetRowFile.Create(place, SoftTargetTable.Groups(place, classes, images), _ => true, CPU);
        });
    });

    private static Cost DrawSplit(int images)
    {
        var set = Noise(images, Classes).Train();
        var options = new LabelSplitOptions(LabeledShare, PerClass: null, List: null, Seed: 0);
        return Meter.Measure(images, images, () => LabelSplit.Draw(set, options));
    }

    private static Cost Plan(int size, int images, int batchSize) => Meter.Measure(size, images, () =>
    {
        var plan = new BatchPlan(Key, images, batchSize);
        for (var step = 0; step < images / batchSize; step++)
        {
            plan.At(step);
        }
    });

    private Cost Label(int size, int images, int classes) => InFolder(place =>
    {
        var artifact = new Artifact("teacher", "weights.safetensors");
        var source = new ClassifierSource(artifact, (channels, count, generator) => new ResNet(Tiny, channels, count, generator));
        var weights = Path.Combine(place, "weights.safetensors");
        using (var teacher = ResNet.Create(Tiny, Shape.Channels, classes, settings.Compute, Key))
        using (var file = File.Create(weights))
        {
            Weights.Save(teacher, file);
        }

        var dataset = Noise(images, classes);
        var targets = Path.Combine(place, LabelStage.Output);
        var context = StageFolder.Context("label", place, new Dictionary<Artifact, string> { [artifact] = weights });
        return Meter.Measure(
            size,
            images,
            () =>
            {
                // The stage would keep complete shards.
                Directory.CreateDirectory(targets);
                Directory.Delete(targets, recursive: true);
                LabelStage.Run(context, new LabelOptions(ViewsPerImage: 1, Crop, TopK: 0), settings, dataset, source, targets);
            },
            () => Directory.GetFiles(targets).Sum(path => new FileInfo(path).Length));
    });

    /// <summary>Measures steps of pretraining, in which the loss compares each view with all others of the batch.</summary>
    private Cost Pretrain(int batchSize)
    {
        const int imagesTimed = 4096;
        using var bank = ImageBank.Open(Noise(Images, Classes).Train(), settings.Compute.Device, settings.LoaderThreads);
        var training = new TrainingOptions(Steps: 1_000_000, batchSize, OptimizerOptions.Default);
        var options = new PretrainOptions(
            Tiny, new HeadOptions(3, 64), new AugmentationOptions(Crop, []), new LowResolution(Shape.Height, Fraction: 0), 0.2,
            new QueueOptions(0, 0.999), training);
        using var network = ContrastiveNetwork.Create(Tiny, options.Head, Shape.Channels, settings.Compute, Key);
        using var task = new ContrastiveTask(network, bank, queue: null, options, settings.Compute, Key);
        using var run = new TrainingRun(task, training, settings);
        return Meter.Measure(batchSize, imagesTimed, () => run.Steps(imagesTimed / batchSize));
    }

    private static bool Fits(int images) => HostFeatures.BytesOf(images, FeatureLength) + MemoryOfProbe < ProcessMemory.Available;

    private Cost FitProbe(int images) => OfFeatures(images, (features_ND, bank, numbers) =>
    {
        using var scale = FeatureScale.Fit(features_ND);
        SgdProbe.Fit(features_ND, scale, bank.Labels(numbers), Classes, Key, SgdProbeOptions.Default with { Epochs = 1 }).Dispose();
    });

    private Cost Vote(int images) => OfFeatures(images, (features_ND, bank, numbers) => NearestNeighbors.Votes(
        features_ND, bank.Labels(numbers), features_ND.narrow(0, 0, Queries).to_type(ScalarType.Float32), Classes,
        NeighborOptions.Lightly).Dispose());

    /// <summary>Measures the computation of many long features, by a random matrix, and what is done with them.</summary>
    private Cost OfFeatures(int images, Action<Tensor, ImageBank, int[]> use)
    {
        using var bank = ImageBank.Open(Noise(images, Classes).Train(), settings.Compute.Device, settings.LoaderThreads);
        using var network = nn.Sequential(nn.Flatten(), nn.Linear(Shape.Height * Shape.Width, FeatureLength));
        settings.Compute.MoveTo(network);
        int[] numbers = [.. Enumerable.Range(0, images)];
        return Meter.Measure(images, images, () =>
        {
            using var scope = NewDisposeScope();
            use(Inference.RunToHost(network, bank, numbers, settings.Compute.InFp32), bank, numbers);
        });
    }

    private static NoiseDataset Noise(int images, int classes) => new(images, classes, Shape);

    private Cost InFolder(Func<string, Cost> measure)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, "scale")).FullName;
        try
        {
            return measure(place);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }
}
