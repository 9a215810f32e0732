using System.Text.Json.Nodes;
using Distill.Imaging.SoftTargets;
using SkiaSharp;

namespace Tests.Cli;

/// <summary>Tests what a finished run leaves behind, and the commands that read it.</summary>
[Collection(FinishedRun.Collection)]
[Trait("Category", "Process")]
public sealed class FinishedRunTests(FinishedRun run)
{
    private readonly TinyPipeline _pipeline = run.Pipeline;

    [Fact]
    public void A_run_ends_with_the_table_of_results_and_exit_code_0()
    {
        Assert.True(run.Outcome.ExitCode == 0, run.Outcome.Errors);
        Assert.All(
            new[] { "supervised", "teacher", "distilled", "self-distilled" },
            name => Assert.Contains(name, run.Outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Running_again_skips_every_stage()
    {
        var again = DistillProcess.Run(_pipeline.Folder, "run");

        Assert.Equal(0, again.ExitCode);
        Assert.Equal(12, again.Output.Split('\n').Count(line => line.EndsWith(": already done", StringComparison.Ordinal)));
        Assert.DoesNotContain("starts", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_is_done_for_every_stage()
    {
        var status = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "status", "--json").Output)!.AsArray();

        Assert.Equal(12, status.Count);
        Assert.All(status, stage => Assert.Equal("done", stage!["state"]!.GetValue<string>()));
    }

    [Fact]
    public void A_dry_run_shows_what_would_run_and_why_and_runs_nothing()
    {
        using var other = new TinyPipeline(json => json["publish"] = new JsonObject { ["student"] = "distilled" });
        File.Copy(Path.Combine(other.Folder, "pipeline.json"), Path.Combine(_pipeline.Folder, "other.json"), overwrite: true);
        var before = File.ReadAllText(Path.Combine(_pipeline.Models, "pipeline.lock.json"));

        var changed = DistillProcess.Run(_pipeline.Folder, "run", "other.json", "--dry-run");
        var forced = DistillProcess.Run(_pipeline.Folder, "run", "--dry-run", "--from", "evaluate");

        Assert.Equal(0, changed.ExitCode);
        Assert.Contains(
            "evaluate: done\nexport: would run (option student changed from \"self-distilled\" to \"distilled\"",
            changed.Output,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "self-distill: done\nevaluate: would run again, as requested\ntemperature: would run again, as requested\n"
                + "export: would run again, as requested\npublish: would run again, as requested\nreport: would run again, as requested\n",
            forced.Output,
            StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_pipeline.Models, "pipeline.lock.json")));
    }

    [Fact]
    public void A_stage_that_does_not_exist_is_wrong_input()
    {
        var outcome = DistillProcess.Run(_pipeline.Folder, "run", "--from", "labels");

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("--from: found \"labels\", expected one of pretrain, ", outcome.Errors);
    }

    [Theory]
    [InlineData("--from publish --force", "found both --from and --force, expected one of them")]
    [InlineData("--dry-run --json", "distill status --json")]
    public void Options_that_contradict_each_other_are_wrong_input(string options, string message)
    {
        var outcome = DistillProcess.Run(_pipeline.Folder, ["run", .. options.Split(' ')]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Soft_targets_cover_every_training_image_once_per_view()
    {
        var folder = Path.Combine(_pipeline.Folder, "data", TinyPipeline.Name, "soft-targets", "distill");

        var targets = SoftTargetTable.Read(folder, classes: 10, images: TinySample.TrainImages);

        Assert.Equal(Enumerable.Range(0, TinySample.TrainImages), targets.Images);
    }

    [Fact]
    public void Results_csv_has_one_line_per_network_and_the_numbers_of_the_json_file()
    {
        var lines = File.ReadAllLines(Path.Combine(_pipeline.Models, "results.csv"));
        Assert.StartsWith("name,top1,parameters,bytes,seconds,seed,labels,top1Low,top1High,top5,", lines[0], StringComparison.Ordinal);
        Assert.Equal(["supervised", "teacher", "distilled", "self-distilled"], lines.Skip(1).Select(line => line.Split(',')[0]));

        // The texts of the numbers are equal: 68.13, and not 68.129999999999995.
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(json.Select(row => row!["top1"]!.ToJsonString()), lines.Skip(1).Select(line => line.Split(',')[1]));
        Assert.Equal(json.Select(row => row!["seconds"]!.ToJsonString()), lines.Skip(1).Select(line => line.Split(',')[4]));
    }

    [Fact]
    public void Data_commands_report_in_json()
    {
        var fetched = DistillProcess.Run(_pipeline.Folder, "data", "fetch", "--json");
        var split = JsonNode.Parse(DistillProcess.Run(_pipeline.Folder, "data", "split", "--json").Output)!;

        // Nothing was downloaded, and no image was read.
        Assert.Equal(["folder"], JsonNode.Parse(fetched.Output)!.AsObject().Select(pair => pair.Key));
        Assert.EndsWith("sample: nothing to download; `data check` checks the images\n", fetched.Errors, StringComparison.Ordinal);
        Assert.Equal(20, split["labels"]!.GetValue<int>());
        var lines = File.ReadLines(Path.Combine(_pipeline.Folder, split["path"]!.GetValue<string>()));
        Assert.Equal(20, lines.Count(line => !line.StartsWith('#')));
    }

    [Fact]
    public void Results_of_one_run_are_their_own_mean()
    {
        var shown = DistillProcess.Run(_pipeline.Folder, "results", _pipeline.Models, "--json");

        var table = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(
            table.Select(row => row!["top1"]!.GetValue<double>()),
            JsonNode.Parse(shown.Output)!.AsArray().Select(row => row!["mean"]!.GetValue<double>()));
    }

    [Fact]
    public void Views_are_drawn_as_a_png_of_the_expected_size()
    {
        var path = Path.Combine(_pipeline.Folder, "views.png");

        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "data", "views", "--output", path).ExitCode);

        // 10 columns and rows of images of 28 pixels, three times enlarged, with margins of 4 pixels.
        using var sheet = SKBitmap.Decode(path);
        Assert.Equal((10 * (28 * 3 + 4) + 4, 10 * (28 * 3 + 4) + 4), (sheet.Width, sheet.Height));
    }
}
