using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Learning.Native;
using Distill.Pipeline.Options;
using TorchSharp;

namespace Distill.Cli.Capacity;

/// <summary>Refuses a run whose steps cannot fit into the memory of its device, before anything is computed.</summary>
internal static class CapacityCheck
{
    // More than any network of this program needs per value of its widest feature map. It only decides what is worth measuring.
    private const double MostBytesPerValue = 200;
    private const double WorthMeasuring = 0.8;

    /// <summary>Measures the stages that may not fit, and refuses the first one that does not.</summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="dataset">Its dataset.</param>
    /// <param name="untried">Returns the names of the stages that will run and have not taken a step yet.</param>
    /// <param name="note">Receives a line before a network is measured.</param>
    /// <param name="cancellation">Stops between two networks.</param>
    /// <exception cref="UserException">A step does not fit, whatever is computed one after another.</exception>
    public static void Run(
        PipelineOptions options,
        IDataset dataset,
        Func<IReadOnlyCollection<string>> untried,
        Action<string> note,
        CancellationToken cancellation)
    {
        var device = options.Settings.Compute.Device;
        var gpu = device.type == DeviceType.CPU ? null : CudaDriver.Gpu(Math.Max(0, device.index));
        if (Card.UsableOf(device.type, gpu?.Bytes) is not { } usable)
        {
            return;
        }

        var shape = options.Dataset.Kind == DatasetKind.Idx ? dataset.Train().Shape : PlannedData.ShapeOf(options.Dataset);
        var found = new Lazy<PlannedData>(() => PlannedData.Find(options.Dataset, () => dataset, images: null, classes: null));
        var doubtful = PlannedTraining.ListOf(options)
            .Select(training => training.OnRanks(options.Settings))
            .Where(training => MostBytes(training, shape) + BytesBeside(training) > usable * WorthMeasuring)
            .ToArray();
        if (doubtful.Length == 0 || doubtful.IntersectBy(untried(), training => training.Stage).ToArray() is not { Length: > 0 } pending)
        {
            return;
        }

        var plan = Measured(options, pending, found.Value, note, cancellation);
        foreach (var stage in plan?.Trainings ?? [])
        {
            // Processes that train together divide the memory of their machine; on GPUs, each has its own.
            var sharing = gpu is null && stage.Training.Ranks > 1 ? options.Settings.Ranks.Placement.OnMachine : 1;
            if (stage.LeastStepBytes(stage.Training.Training.Groups) > usable / sharing)
            {
                var memory = sharing > 1 ? $"1/{sharing} of the memory of {device}" : $"the memory of {device}";
                throw Refused(stage, memory, usable / sharing);
            }
        }

        double BytesBeside(PlannedTraining training) =>
            training.Beside?.Invoke(found.Value) is { } beside ? beside.StateBytes + beside.LossBytes : 0;
    }

    /// <summary>
    /// Measures networks; null if memory cannot be measured, or if a GPU will hold them, and the host's memory is too small for that.
    /// </summary>
    private static CapacityPlan? Measured(
        PipelineOptions options, PlannedTraining[] trainings, PlannedData data, Action<string> note, CancellationToken cancellation)
    {
        try
        {
            return CapacityPlan.Measure(
                options, trainings, data, stage => note($"{stage}: measuring whether a step fits into memory"), cancellation);
        }
        catch (UserException error) when (
            error is UnmeasuredMemoryException || options.Settings.Compute.Device.type != DeviceType.CPU)
        {
            note($"whether a step fits is not known: {error.Message}");
            return null;
        }
    }

    private static double MostBytes(PlannedTraining training, ImageShape shape) =>
        (double)training.RowsPerGroup * shape.Height * shape.Width * training.ValuesPerPixel * MostBytesPerValue;

    private static UserException Refused(TrainingCapacity stage, string memory, long usable)
    {
        var training = stage.Training.Training;
        var fitting = stage.GroupsIn(usable);
        return new UserException(
            FormattableString.Invariant($"{stage.Training.Key}.groups: found {training.Groups}, so a step of {training.BatchSize} images ")
            + $"needs {GiB(stage.LeastStepBytes(training.Groups))} GiB, and {memory} has {GiB(usable)} GiB. "
            + (fitting is { } groups
                ? FormattableString.Invariant($"Set it to {groups}, which needs {GiB(stage.LeastStepBytes(groups))} GiB")
                : "No number of groups fits: reduce batchSize, the network or the image size")
            + "; ./distill rehearse --plan shows every stage");
    }

    private static string GiB(long bytes) => FormattableString.Invariant($"{bytes / (double)(1 << 30):0.0}");
}
