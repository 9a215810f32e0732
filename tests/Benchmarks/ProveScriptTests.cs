using System.Diagnostics;
using Tests.Pipeline;

namespace Tests.Benchmarks;

/// <summary>The script tests/gpu/prove.sh, with shell scripts in place of the archive's programs.</summary>
[Trait("Category", "Slow")]
public sealed class ProveScriptTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--output")]
    [InlineData("--output out --device tpu")]
    [InlineData("--output out --minutes soon")]
    [InlineData("--output out --speed")]
    public void An_invalid_call_shows_the_usage(string arguments)
    {
        using var folder = new TempFolder();

        var (code, errors) = Run(folder.Path, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(1, code);
        Assert.Contains("prove.sh --output FOLDER", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Without_an_archive_the_script_states_how_to_build_one()
    {
        using var folder = new TempFolder();

        var (code, errors) = Run(folder.Path, "--output", folder["out"], folder["nothing.tar.xz"]);

        Assert.Equal(1, code);
        Assert.Contains("make gpu-pack", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exit_code_is_0_if_all_parts_pass()
    {
        using var folder = new TempFolder();

        var (code, rows) = RunUnpacked(folder, doctorsCode: 0, firstLoss: 1.5);

        Assert.All(rows, row => Assert.Equal((row.Part, "pass"), row));
        Assert.Equal(0, code);
    }

    [Fact]
    public void A_failed_part_does_not_stop_the_others_and_sets_the_exit_code()
    {
        using var folder = new TempFolder();

        var (code, rows) = RunUnpacked(folder, doctorsCode: 2, firstLoss: 1.5);

        Assert.Equal(["doctor"], rows.Where(row => row.Result == "FAIL").Select(row => row.Part));
        Assert.Contains(("networks of full width", "pass"), rows);
        Assert.Equal(2, code);
    }

    [Fact]
    public void A_device_whose_loss_differs_from_the_CPU_fails()
    {
        using var folder = new TempFolder();

        var (_, rows) = RunUnpacked(folder, doctorsCode: 0, firstLoss: double.NaN);

        Assert.Contains(("smoke on cpu, bf16", "FAIL"), rows);
    }

    [Fact]
    public void Parts_without_time_left_are_not_proven()
    {
        using var folder = new TempFolder();

        var (code, rows) = RunUnpacked(folder, doctorsCode: 0, firstLoss: 1.5, "--minutes", "0");

        Assert.All(rows, row => Assert.Equal("no time", row.Result));
        Assert.Equal(2, code);
    }

    /// <summary>Runs the script on an unpacked archive of stand-ins.</summary>
    /// <param name="folder">Folder for the archive.</param>
    /// <param name="doctorsCode">Exit code of <c>distill doctor</c>.</param>
    /// <param name="firstLoss">First loss of a run in bf16; all others are 1.5.</param>
    /// <param name="more">Further arguments of the script.</param>
    private static (int Code, (string Part, string Result)[] Rows) RunUnpacked(
        TempFolder folder, int doctorsCode, double firstLoss, params string[] more)
    {
        var prove = folder.WriteScript("pack/prove.sh", "");
        File.Copy(Path.Combine(Repository.Root, "tests", "gpu", "prove.sh"), prove, overwrite: true);
        folder.Write("pack/symbols.py", "");
        folder.Write("pack/data/sample/images", "");
        folder.Write("libtorch/libtorch_cpu.so", "");
        folder.WriteScript("pack/app/benchmarks", "echo measured");
        folder.WriteScript("pack/app/distill", FormattableString.Invariant($$"""
            case $1 in
                doctor) echo '"passed": true'; exit {{doctorsCode}} ;;
                run) ;;
                *) echo done; exit 0 ;;
            esac
            name=$(sed 's/.*"name": "\([a-z0-9]*\)".*/\1/' pipeline.json)
            # Noted first, since the script may kill this one before its end.
            waits=
            [ "$name" != resumed ] || [ -e again ] || { waits=yes; touch again; }
            first=1.5
            [ "$name" = bf16 ] && first={{firstLoss}}
            for stage in pretrain finetune distill self-distill supervised; do
                mkdir -p "models/$name/$stage"
                echo weights >"models/$name/$stage/weights.safetensors"
                echo "{\"loss\":$first,\"step\":1}" >"models/$name/$stage/metrics.jsonl"
                for i in 1 2 3 4 5 6 7 8 9 10; do echo '{"loss":1.5,"step":2}' >>"models/$name/$stage/metrics.jsonl"; done
            done
            [ "$name" = resumed ] || exit 0
            if [ "$waits" ]; then exec sleep 60; else echo 'pretrain: resumes from step 7'; fi
            """));
        var (code, errors) = Run(
            folder.Path,
            prove,
            new Dictionary<string, string> { ["LIBTORCH"] = folder["libtorch"] },
            ["--output", folder["out"], "--device", "cpu", .. more]);
        var rows = File.ReadLines(folder["out/proof.tsv"]).Skip(1)
            .Select(line => line.Split('\t'))
            .Select(cells => (cells[0], cells[1]))
            .ToArray();
        Assert.True(rows.Length == 11, errors);
        return (code, rows);
    }

    private static (int Code, string Errors) Run(string folder, params string[] arguments) =>
        Run(folder, Path.Combine(Repository.Root, "tests", "gpu", "prove.sh"), new Dictionary<string, string>(), arguments);

    private static (int Code, string Errors) Run(string folder, string script, Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(script, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
