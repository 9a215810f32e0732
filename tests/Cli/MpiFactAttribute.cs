using System.Globalization;

namespace Tests.Cli;

/// <summary>A test that starts several processes with Open MPI's mpirun; skipped if it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MpiFactAttribute : FactAttribute
{
    private const string Program = "mpirun";

    private static readonly bool IsInstalled = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, Program)));

    public MpiFactAttribute() => Skip = IsInstalled ? null : "mpirun is not installed (Debian: apt-get install openmpi-bin)";

    /// <summary>Starts the program with several ranks, which share the cores of this machine and need no network.</summary>
    public static DistillProcess Start(int ranks, string folder, params string[] arguments) => new(
        Program,
        [
            "-n", $"{ranks}", "--oversubscribe", "--bind-to", "none", "--mca", "plm", "isolated", "--mca", "pml", "ob1",
            "--mca", "btl", "self,vader", "--mca", "oob_tcp_if_include", "lo",
            Path.Combine(AppContext.BaseDirectory, "distill"), .. arguments,
        ],
        folder,
        new Dictionary<string, string?>
        {
            // mpirun refuses root otherwise, and tests may run in a container.
            ["OMPI_ALLOW_RUN_AS_ROOT"] = "1",
            ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1",
            ["OMP_NUM_THREADS"] = "1",
        });

    /// <summary>Returns the process of a rank, once it has started.</summary>
    public static int ProcessOf(DistillProcess mpirun, int rank)
    {
        for (var tries = 0; tries < 300 && mpirun.IsRunning; tries++)
        {
            if (RunningProcessOf(mpirun, rank) is { } process)
            {
                return process;
            }

            Thread.Sleep(10);
        }

        throw new InvalidOperationException($"rank {rank} did not start within three seconds");
    }

    /// <summary>Returns the process of a rank; null before its start and after its end.</summary>
    public static int? RunningProcessOf(DistillProcess mpirun, int rank)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{mpirun.Id}/task/{mpirun.Id}/children");
            return children.Split(' ', StringSplitOptions.RemoveEmptyEntries) is var ranks && ranks.Length > rank
                ? int.Parse(ranks[rank], CultureInfo.InvariantCulture)
                : null;
        }
        catch (IOException) when (!mpirun.IsRunning)
        {
            return null;
        }
    }
}
