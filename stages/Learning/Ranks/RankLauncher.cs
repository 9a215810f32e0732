using System.Globalization;
using Distill.Learning.Ranks.Mpi;
using Distill.Pipeline.Options;

namespace Distill.Learning.Ranks;

/// <summary>Finds out whether this process was started as one of several, and joins them.</summary>
public static class RankLauncher
{
    // Open MPI's mpirun, the mpirun of MPICH and others, and torchrun say how many processes there are.
    private const string OpenMpiSize = "OMPI_COMM_WORLD_SIZE";
    private const string PmiSize = "PMI_SIZE";
    private const string TorchRunSize = "WORLD_SIZE";

    // srun says it for every step, and gives a rank only with --mpi.
    private const string SlurmSize = "SLURM_STEP_NUM_TASKS";
    private const string PmixRank = "PMIX_RANK";

    private static readonly string[] Ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", PmixRank, "RANK"];

    /// <summary>Whether another of the processes shows what all of them would.</summary>
    public static bool IsShownByAnother =>
        Ranks.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } rank && rank != "0");

    /// <summary>Joins the other processes; a process that was started alone stays alone.</summary>
    /// <exception cref="UserException">There are others, but nothing to reach them with.</exception>
    public static IRanks Join() => ProcessesOf(Environment.GetEnvironmentVariable) > 1 ? MpiRanks.Join() : Alone.Instance;

    /// <summary>Refuses a command that would do the same work, and write the same files, in each of several processes.</summary>
    /// <param name="command">Name of the command.</param>
    /// <exception cref="UserException">The launcher started several processes.</exception>
    public static void RefuseSeveral(string command) => RefuseSeveral(command, Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="RefuseSeveral(string)"/>
    internal static void RefuseSeveral(string command, Func<string, string?> variable)
    {
        if (AreSeveral())
        {
            throw new UserException(
                $"distill {command} was started as several processes, expected one: only distill run trains with several; "
                + "start it without mpirun, or with srun -n 1");
        }

        bool AreSeveral()
        {
            try
            {
                return ProcessesOf(variable) > 1;
            }
            catch (UserException)
            {
                // They cannot reach each other, but they need not.
                return true;
            }
        }
    }

    /// <summary>Returns the number of processes that were started together.</summary>
    /// <param name="variable">Returns an environment variable; null if it is not set.</param>
    /// <exception cref="UserException">They were started without MPI.</exception>
    internal static int ProcessesOf(Func<string, string?> variable)
    {
        if (Number(OpenMpiSize) is { } size)
        {
            return size;
        }

        if (Number(PmiSize) is { } others)
        {
            return others;
        }

        if (Number(SlurmSize) is > 1 and var tasks)
        {
            return variable(PmixRank) is not null ? tasks : throw new UserException(
                $"srun started {tasks} processes of this program, but without MPI: add --mpi=pmix, or start them with mpirun");
        }

        return Number(TorchRunSize) is > 1 and var workers && variable("LOCAL_RANK") is not null
            ? throw new UserException(
                $"torchrun started {workers} processes of this program, but they need MPI to reach each other: "
                + $"start them with mpirun -n {workers}")
            : 1;

        int? Number(string name) =>
            int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
