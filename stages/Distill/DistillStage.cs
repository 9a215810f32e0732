using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.Neighbors;
using Distill.Imaging.SoftTargets;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.Distill;

/// <summary>
/// Step 4 of SimCLRv2 (section 2.1, equation 3): trains a new student on the teacher's soft targets of the stored views. Self-distillation
/// is the same with the previous student as the teacher. The teacher does not run, unless it labels fresh views in every step. Labels are
/// read only if the options mix in labeled images (equation 4) or select images by whether they are labeled.
/// </summary>
public static class DistillStage
{
    private const int Version = 5;

    // What version 5 changed: the factor T² of the loss, and a classifier's weights under LARS.
    private const int VersionBefore = 4;

    /// <summary>File name of the trained student.</summary>
    public const string Output = TrainingLoop.Output;

    /// <summary>The version of the weights: another number when the same options and inputs give different weights.</summary>
    public static int VersionOf(DistillOptions options) =>
        options.Training.Optimizer.Kind == OptimizerKind.Lars || options.StudentTemperature != 1 ? Version : VersionBefore;

    /// <summary>Trains the student on stored soft targets, or resumes its training.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Student and training.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split has the soft targets.</param>
    /// <param name="labels">Which training images are labeled; read only if <see cref="DistillOptions.UsesLabels"/>.</param>
    /// <param name="crop">How views of labeled images are drawn.</param>
    /// <param name="softTargets">Artifact of the soft targets.</param>
    /// <param name="neighbors">Artifact of the neighbors; null unless the options use them.</param>
    /// <exception cref="UserException">The options leave no image to train on.</exception>
    public static StageResult Run(
        StageContext context,
        DistillOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        CropOptions crop,
        Artifact softTargets,
        Artifact? neighbors = null) => Run(context, options, settings, dataset, labels, crop, (images, _, labeled, random) =>
    {
        var reading = new SoftTargetReading(context.Progress.Note, TimeProvider.System, context.Cancellation);
        var groups = reading.Watch(SoftTargetTable.Groups(context.Input(softTargets), images.ClassNames.Count, images.Count), images.Count);
        var frequencies = options.ClassFrequencies == ClassFrequencies.Estimated ? Frequencies(images, labeled) : null;
        var targets = SoftTargetRowFile.Create(context.Folder, groups, DistilledBy(options.Images, labeled), settings.Compute.Device);
        var smoothed = neighbors is null ? null : new SmoothedTargets(
            targets, NeighborGraph.Read(context.Input(neighbors.Value), images.Count), options.NeighborWeight, context.Cancellation);
        return new StoredTargets(targets, smoothed, reading, frequencies, options, random);
    });

    /// <summary>Trains the student on fresh views that the teacher labels in every step, or resumes its training.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Student and training.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split is used.</param>
    /// <param name="labels">Which training images are labeled; read only if <see cref="DistillOptions.UsesLabels"/>.</param>
    /// <param name="crop">How all views are drawn.</param>
    /// <param name="teacher">The classifier that labels.</param>
    /// <exception cref="UserException">The options leave no image to train on.</exception>
    public static StageResult RunOnline(
        StageContext context,
        DistillOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        CropOptions crop,
        ClassifierSource teacher) => Run(context, options, settings, dataset, labels, crop, (images, bank, labeled, random) =>
    {
        int[] chosen = [.. Enumerable.Range(0, images.Count).Where(DistilledBy(options.Images, labeled))];
        var network = teacher.Load(context.Input(teacher.Artifact), images.Shape.Channels, images.ClassNames.Count, settings.Compute);
        return new OnlineTargets(network, bank, chosen, crop, options, settings.Compute, random);
    });

    private static StageResult Run(
        StageContext context,
        DistillOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        CropOptions crop,
        Func<ImageSet, ImageBank, IReadOnlyList<int>, RandomKey, ITargets> createTargets)
    {
        var images = dataset.Train();
        var labeled = options.UsesLabels ? LabelSplit.Draw(images, labels).Indices : [];
        if (options.Images == DistilledImages.Unlabeled && labeled.Count == images.Count)
        {
            throw new UserException("student.images is \"unlabeled\", but every training image is labeled; use \"all\", or fewer labels");
        }

        var random = settings.Random(context.Name);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var targets = createTargets(images, bank, labeled, random);
        using var student = CreateStudent(random);
        var views = options.Alpha < 1 ? new LabeledViews(bank, labeled, crop, options.LabeledBatchSize, random) : null;
        var parts = settings.PartsOf(options.Training);
        using var task = new SoftTargetTask(student, () => CreateStudent(null), bank, targets, views, options, settings.Compute, parts);
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);

        ResNet CreateStudent(RandomKey? weights) =>
            ResNet.Create(options.Network, images.Shape.Channels, images.ClassNames.Count, settings.Compute, weights);
    }

    /// <summary>Returns the frequency of each class among the labeled images, which the teacher learned from. None is 0.</summary>
    private static double[] Frequencies(ImageSet images, IReadOnlyList<int> labeled)
    {
        double[] counts = [.. Enumerable.Repeat(1.0, images.ClassNames.Count)];
        foreach (var image in labeled)
        {
            counts[images.Labels[image]]++;
        }

        return [.. counts.Select(count => count / counts.Sum())];
    }

    /// <summary>Returns whether an image, by its index, is learned from.</summary>
    private static Func<int, bool> DistilledBy(DistilledImages images, IReadOnlyList<int> labeled)
    {
        var isLabeled = labeled.ToHashSet();
        return image => images == DistilledImages.All || isLabeled.Contains(image) == (images == DistilledImages.Labeled);
    }
}
