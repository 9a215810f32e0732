using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.Distill;

/// <summary>
/// Step 4 of SimCLRv2 (section 2.1, equation 3): trains a new student on the teacher's soft targets of the stored views. Self-distillation
/// is the same with the previous student as the teacher. The teacher does not run. Labels are read only if the options mix in labeled
/// images (equation 4) or select images by whether they are labeled.
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

    /// <summary>Trains the student, or resumes its training.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Student and training.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose training split has the soft targets.</param>
    /// <param name="labels">Which training images are labeled; read only if <see cref="DistillOptions.UsesLabels"/>.</param>
    /// <param name="crop">How views of labeled images are drawn.</param>
    /// <param name="softTargets">Artifact of the soft targets.</param>
    /// <exception cref="UserException">The options leave no image to train on.</exception>
    public static StageResult Run(
        StageContext context,
        DistillOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        CropOptions crop,
        Artifact softTargets)
    {
        var images = dataset.Train();
        var labeled = options.UsesLabels ? LabelSplit.Draw(images, labels).Indices : [];
        var all = SoftTargetTable.Read(context.Input(softTargets), images.ClassNames.Count, images.Count);
        var targets = Select(all, options.Images, labeled);
        var random = settings.Random(context.Name);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var student = CreateStudent();

        var frequencies = options.ClassFrequencies == ClassFrequencies.Estimated ? Frequencies(images, labeled) : null;
        var views = options.Alpha < 1 ? new LabeledViews(bank, labeled, crop, options.LabeledBatchSize, random) : null;
        using var task = new SoftTargetTask(student, CreateStudent, bank, targets, frequencies, views, options, settings.Compute, random);
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);

        ResNet CreateStudent() => ResNet.Create(options.Network, images.Shape.Channels, targets.Classes, settings.Compute, random);
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

    private static SoftTargetTable Select(SoftTargetTable targets, DistilledImages images, IReadOnlyList<int> labeled)
    {
        if (images == DistilledImages.All)
        {
            return targets;
        }

        var isLabeled = labeled.ToHashSet();
        var selected = targets.Where(image => isLabeled.Contains(image) == (images == DistilledImages.Labeled));
        return selected.Count > 0 ? selected : throw new UserException(
            "student.images is \"unlabeled\", but every training image is labeled; use \"all\", or fewer labels");
    }
}
