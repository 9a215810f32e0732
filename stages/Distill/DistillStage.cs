using Stages.Imaging.Datasets;
using Stages.Imaging.Loading;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Networks;
using Stages.Learning.Training;
using Stages.Pipeline.Plan;

namespace Stages.Distill;

/// <summary>
/// Step 4 of SimCLRv2 (section 2.1, equation 3): a fresh student learns the teacher's soft targets on the views that the
/// teacher saw. Self-distillation is the same with the student before as teacher. No teacher runs, no label is read.
/// </summary>
public static class DistillStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 2;

    /// <summary>The trained student.</summary>
    public const string Output = TrainingLoop.Output;

    /// <param name="context">Where it runs.</param>
    /// <param name="options">Student and training.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">The images whose views were labelled.</param>
    /// <param name="softTargets">The artefact with the soft targets.</param>
    public static StageResult Run(
        StageContext context, DistillOptions options, RunSettings settings, IDataset dataset, string softTargets)
    {
        var images = dataset.Train();
        var targets = SoftTargetTable.Read(context.Input(softTargets), images.ClassNames.Count, images.Count);
        var random = settings.Random(context.Name);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var generator = random.Generator();
        using var student = new ResNet(options.Network, images.Shape.Channels, targets.Classes, generator);
        settings.Compute.Place(student);

        using var task = new SoftTargetTask(student, bank, targets, options, settings.Compute, random);
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);
    }
}
