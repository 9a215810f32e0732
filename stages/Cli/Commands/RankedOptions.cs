using Distill.Cli.Capacity;
using Distill.Cli.Planning;
using Distill.Learning.Ranks;
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

        var trainings = PlannedTraining.ListOf(options).Where(training => training.Training.Groups > 1).ToArray();
        foreach (var training in trainings.Where(training => training.Training.Groups % ranks.Count != 0))
        {
            throw new UserException(
                $"{training.Key}.groups: found {training.Training.Groups}, expected a multiple of {ranks.Count}, the number of processes, "
                + "because each has as many groups of every batch, or 1, which rank 0 trains alone");
        }

        if (trainings.Length == 0)
        {
            throw new UserException(
                $"found {ranks.Count} processes, but every training of {options.Name} has \"groups\": 1, which one process trains alone; "
                + $"set groups to a multiple of {ranks.Count}");
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

        return options with { Settings = options.Settings with { Ranks = ranks, Compute = compute } };
    }
}
