using Distill.Datasets;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.Distill;

/// <summary>
/// Step 4 of SimCLRv2 (section 2.1, equation 3): a fresh student learns the teacher's soft targets on the views that the
/// teacher saw. Self-distillation is the same with the student before as teacher. No teacher runs, and no label is read unless
/// the options mix labeled images in (equation 4) or choose images by whether they have one.
/// </summary>
public static class DistillStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 4;

    /// <summary>The trained student.</summary>
    public const string Output = TrainingLoop.Output;

    /// <param name="context">Where it runs.</param>
    /// <param name="options">Student and training.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">The images whose views were labeled.</param>
    /// <param name="labels">Which of them are labeled; not looked at unless <see cref="DistillOptions.UsesLabels"/>.</param>
    /// <param name="crop">How labeled images' views are drawn.</param>
    /// <param name="softTargets">The artifact with the soft targets.</param>
    /// <exception cref="UserException">The options leave no image to learn from.</exception>
    public static StageResult Run(
        StageContext context,
        DistillOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        CropOptions crop,
        string softTargets)
    {
        var images = dataset.Train();
        var labeled = options.UsesLabels ? LabelSplit.Draw(images, labels).Indices : [];
        var all = SoftTargetTable.Read(context.Input(softTargets), images.ClassNames.Count, images.Count);
        var targets = Chosen(all, options.Images, labeled);
        var random = settings.Random(context.Name);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var student = Student();

        var views = options.Alpha < 1 ? new LabeledViews(bank, labeled, crop, options.LabeledBatchSize, random) : null;
        using var task = new SoftTargetTask(student, Student, bank, targets, views, options, settings.Compute, random);
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);

        ResNet Student() => ResNet.Of(options.Network, images.Shape.Channels, targets.Classes, settings.Compute, random);
    }

    private static SoftTargetTable Chosen(SoftTargetTable targets, DistilledImages images, IReadOnlyList<int> labeled)
    {
        if (images == DistilledImages.All)
        {
            return targets;
        }

        var isLabeled = labeled.ToHashSet();
        var chosen = targets.Where(image => isLabeled.Contains(image) == (images == DistilledImages.Labeled));
        return chosen.Count > 0 ? chosen : throw new UserException(
            "student.images is \"unlabeled\", but every training image is labeled; use \"all\", or fewer labels");
    }
}
