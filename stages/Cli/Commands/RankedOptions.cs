using Distill.Cli.Capacity;
using Distill.Cli.Planning;
using Distill.Learning.Ranks;
using Distill.Learning.Ranks.Nccl;
using Distill.Pipeline.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Cli.Commands;

/// <summary>Adapts a pipeline to the processes that run it together.</summary>
internal static class RankedOptions
{
    private const string ThreadsVariable = "OMP_NUM_THREADS";

    /// <summary>Divides the batches of all trainings, and the cores and GPUs of this machine.</summary>
    /// <exception cref="UserException">The groups of a training cannot be divided.</exception>
    public static PipelineOptions For(PipelineOptions options, IRanks ranks)
    {
        if (ranks.Count == 1)
        {
            return options;
        }

        var settings = options.Settings with { Ranks = ranks };
        var trainings = PlannedTraining.ListOf(options).Where(training => settings.RanksFor(training.Training).Count > 1).ToArray();
        foreach (var training in trainings)
        {
            Check(training, ranks.Count);
        }

        if (trainings.Length == 0)
        {
            throw new UserException(
                $"found {ranks.Count} processes, but every training of {options.Name} has \"groups\": 1, which one process trains alone; "
                + $"set groups to a multiple of {ranks.Count}, or \"batchNorm\" to \"global\"");
        }

        // mpirun binds two processes to a core each, but more of them to all cores of a socket.
        if (ranks.Placement.SharingCores > 1 && Environment.GetEnvironmentVariable(ThreadsVariable) is null)
        {
            set_num_threads(Math.Max(1, get_num_threads() / ranks.Placement.SharingCores));
        }

        var compute = options.Settings.Compute;
        if (compute.Device is { type: DeviceType.CUDA } && cuda.device_count() is > 1 and var gpus)
        {
            compute = compute with { Device = new Device(DeviceType.CUDA, ranks.Placement.LocalRank % gpus) };
        }

        if (UseNccl(compute.Device, Environment.GetEnvironmentVariable(NcclRanks.Variable)))
        {
            settings = settings with { Ranks = NcclRanks.Over(ranks, Math.Max(0, compute.Device.index)) };
        }

        return options with { Settings = settings with { Compute = compute } };
    }

    /// <summary>Whether sums go from GPU to GPU.</summary>
    /// <param name="device">Where this process computes.</param>
    /// <param name="variable">What its environment says.</param>
    /// <exception cref="UserException">The variable has another value, or there is no GPU.</exception>
    internal static bool UseNccl(Device device, string? variable) => variable switch
    {
        null or "" or "0" => false,
        "1" when device.type == DeviceType.CUDA => true,
        "1" => throw new UserException($"{NcclRanks.Variable}: found 1, but this run computes on {device.type}, expected on GPUs"),
        _ => throw new UserException($"{NcclRanks.Variable}: found {variable}, expected 1 or 0"),
    };

    private static void Check(PlannedTraining training, int ranks)
    {
        var groups = training.Training.Groups;
        if (groups > 1 && groups % ranks != 0)
        {
            throw new UserException(
                $"{training.Key}.groups: found {groups}, expected a multiple of {ranks}, the number of processes, because each has as many "
                + "groups of every batch, or 1, which rank 0 trains alone");
        }

        var (views, all) = (training.Training.BatchSize, training.Rows);
        if (groups == 1 && (views % ranks != 0 || all % ranks != 0))
        {
            var (key, found) = views % ranks != 0 ? ("batchSize", views) : ("labeledBatchSize", all - views);
            throw new UserException(
                $"{training.Key}.{key}: found {found}, expected a multiple of {ranks}, the number of processes, because with "
                + "\"batchNorm\": \"global\" each has as many images of every batch");
        }
    }
}
