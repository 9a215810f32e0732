using System.Diagnostics;
using Tests.Cli;

namespace Tests.Faults;

/// <summary>The real command on a disk that is really full: a small file system in memory, in a mount namespace of its own.</summary>
public class FullDiskTests
{
    /// <summary>Runs on ever larger disks until one suffices, and prints what became of it.</summary>
    private const string Script = """
        set -u
        mount -t tmpfs -o size=$1k tmpfs "$2" && cd "$2" && cp "$3" pipeline.json || exit 9
        size=$1
        until "$4" run > out.txt 2> err.txt; do
            echo "rc=$? $(tail -n 1 err.txt)"
            size=$((size + $1))
            mount -o remount,size=${size}k "$2" || exit 9
        done
        find models data -name weights.safetensors -not -path '*checkpoints*' -o -name '*.parquet' | LC_ALL=C sort | xargs sha256sum
        """;

    [MountFact]
    public void A_full_disk_is_named_and_once_there_is_room_the_run_ends_in_the_same_bits()
    {
        using var pipeline = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);
        var expected = Artefacts();

        using var disk = new Pipeline.TempFolder();
        var start = new ProcessStartInfo("unshare", [
            "--user", "--map-root-user", "--mount", "sh", "-c", Script, "sh",
            "4000", disk.Path, Path.Combine(pipeline.Folder, "pipeline.json"), Path.Combine(AppContext.BaseDirectory, "distill"),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, errors);
        var failures = lines.Where(line => line.StartsWith("rc=", StringComparison.Ordinal)).ToArray();
        Assert.True(failures.Length >= 3, $"the disk was full {failures.Length} times: too seldom to be a test");
        Assert.All(failures, failure =>
        {
            Assert.StartsWith("rc=2 ", failure);
            Assert.Contains("No space left on device", failure);
            Assert.Contains("Make room on that disk", failure);
        });
        Assert.Equal(expected, lines.Except(failures).Select(line => line[..64]));

        string[] Artefacts() =>
        [
            .. Directory.EnumerateFiles(pipeline.Folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(pipeline.Folder, path))
                .Where(path => (path.EndsWith("weights.safetensors", StringComparison.Ordinal) && !path.Contains("checkpoints", StringComparison.Ordinal))
                    || path.EndsWith(".parquet", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(path => Stages.Pipeline.Storage.FileHash.OfFile(Path.Combine(pipeline.Folder, path))),
        ];
    }
}
