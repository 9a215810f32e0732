using System.Diagnostics;
using Distill.Pipeline.Storage;
using Tests.Cli;

namespace Tests.Faults;

/// <summary>The real command on a full disk: a small file system in memory, in its own mount namespace.</summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public class FullDiskTests
{
    /// <summary>
    /// Runs while another program fills the disk after different times, and prints the exit code and the message of each failure. Then
    /// frees the space, runs again and prints the hashes.
    /// </summary>
    private const string Script = """
        set -u
        mount -t tmpfs -o size=60m tmpfs "$1" && cd "$1" && cp "$2" pipeline.json || exit 9
        for wait in 0.7 0.9 1.1 1.3 1.6 2; do
            (sleep $wait; dd if=/dev/zero of=filler bs=64k 2> /dev/null) &
            "$3" run > out.txt 2> "$4"
            rc=$?
            wait
            rm -f filler
            [ $rc = 0 ] || echo "rc=$rc $(tail -n 1 "$4")"
        done
        "$3" run > out.txt || exit 8
        find models data -name weights.safetensors -not -path '*checkpoints*' -o -name '*.parquet' | LC_ALL=C sort | xargs sha256sum
        """;

    [MountFact]
    public void After_a_full_disk_a_run_resumes_and_gives_the_same_bits()
    {
        using var pipeline = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);
        var expected = Artifacts();

        using var disk = new Pipeline.TempFolder();
        var start = new ProcessStartInfo("unshare", [
            "--user", "--map-root-user", "--mount", "sh", "-c", Script, "sh",
            disk.Path, Path.Combine(pipeline.Folder, "pipeline.json"), Path.Combine(AppContext.BaseDirectory, "distill"),
            Path.Combine(pipeline.Folder, "errors.txt"),
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

        // 1 if the check before a training finds too little space, 2 if a save fails.
        Assert.All(failures, failure => Assert.Matches(
            "^rc=2 .*No space left on device.*Free some space on that disk|"
            + "^rc=1 .*more for its checkpoints, but the disk has only [0-9]+ MiB left: free some space",
            failure));
        Assert.Contains(failures, failure => failure.StartsWith("rc=2 ", StringComparison.Ordinal));
        Assert.Equal(expected, lines.Except(failures).Select(line => line[..64]));

        string[] Artifacts() =>
        [
            .. Directory.EnumerateFiles(pipeline.Folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(pipeline.Folder, path))
                .Where(path => path.EndsWith(".parquet", StringComparison.Ordinal)
                    || (Path.GetFileName(path) == "weights.safetensors" && !path.Contains("checkpoints", StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal)
                .Select(path => FileHash.OfFile(Path.Combine(pipeline.Folder, path))),
        ];
    }
}
