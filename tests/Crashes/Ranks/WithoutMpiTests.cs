using Tests.Cli;
using Tests.Faults;

namespace Tests.Crashes.Ranks;

/// <summary>The real command where no MPI can be opened, as on most machines. Libraries that exist are hidden from the process.</summary>
[Trait("Category", "Process")]
public sealed class WithoutMpiTests
{
    private const string Library = "libmpi.so.40";

    private const string Script = """
        program=$1; shift
        for library in "$@"; do mount --bind /dev/null "$library" || exit 99; done
        exec "$program" run
        """;

    [MountFact]
    public void One_process_needs_none()
    {
        using var pipeline = new TinyPipeline();
        using var process = Start(pipeline, []);
        var outcome = process.Finish();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    [MountFact]
    public void Several_processes_say_once_what_to_install()
    {
        using var pipeline = new TinyPipeline();
        var outcomes = Enumerable.Range(0, 2).Select(rank =>
        {
            using var process = Start(
                pipeline, new Dictionary<string, string?> { ["OMPI_COMM_WORLD_SIZE"] = "2", ["OMPI_COMM_WORLD_RANK"] = $"{rank}" });
            return process.Finish();
        }).ToArray();
        Assert.All(outcomes, outcome => Assert.Equal(1, outcome.ExitCode));
        Assert.StartsWith(
            "this process was started as one of several, but neither libmpi.so.40 (Open MPI 4 or 5) nor ",
            outcomes[0].Errors,
            StringComparison.Ordinal);
        Assert.Contains("apt-get install openmpi-bin", outcomes[0].Errors, StringComparison.Ordinal);
        Assert.Equal("", outcomes[1].Errors);
        Assert.False(Directory.Exists(pipeline.Models));
    }

    private static DistillProcess Start(TinyPipeline pipeline, Dictionary<string, string?> environment)
    {
        var hidden = Directory.EnumerateDirectories("/usr/lib").Prepend("/usr/lib").Append("/usr/local/lib")
            .Select(folder => Path.Combine(folder, Library))
            .Where(File.Exists)
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)
            .Distinct();
        return new DistillProcess(
            "unshare",
            [
                "--user", "--map-root-user", "--mount", "sh", "-c", Script, "sh",
                Path.Combine(AppContext.BaseDirectory, "distill"), .. hidden,
            ],
            pipeline.Folder,
            environment);
    }
}
