using System.Text.Json.Nodes;

namespace Tests.Cli;

/// <summary>What runs again after an interruption, a changed option or a damaged file, and what does not.</summary>
public class ResumeTests
{
    [Fact]
    public void Sigterm_saves_and_exits_with_130_and_the_next_run_resumes()
    {
        using var pipeline = new TinyPipeline(json => json["pretrain"]!["steps"] = 60);
        using (var process = new DistillProcess(pipeline.Folder, "run"))
        {
            string? line;
            while ((line = process.ReadLine()) is not null && !line.StartsWith("pretrain: step ", StringComparison.Ordinal))
            {
            }

            process.Signal("TERM");
            Assert.Equal(130, process.Finish().ExitCode);
        }

        var checkpoint = Assert.Single(Stages(pipeline), stage => stage["name"]!.GetValue<string>() == "pretrain");
        Assert.Equal("interrupted", checkpoint["state"]!.GetValue<string>());
        Assert.True(checkpoint["checkpointStep"]!.GetValue<long>() > 0);

        var resumed = DistillProcess.Run(pipeline.Folder, "run");
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Contains($"pretrain: resumes from step {checkpoint["checkpointStep"]}", resumed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_sigterm_ends_it_at_once_without_damage()
    {
        // Steps of some seconds: the first signal comes in the midst of one.
        using var pipeline = new TinyPipeline(json => json["pretrain"]!["batchSize"] = 3000);
        using (var process = new DistillProcess(pipeline.Folder, "run"))
        {
            string? line;
            while ((line = process.ReadLine()) is not null && !line.Contains("pretrain: starts", StringComparison.Ordinal))
            {
            }

            // Linux makes one of two signals where the first was not yet looked at.
            while (process.IsRunning)
            {
                process.Signal("TERM");
                Thread.Sleep(50);
            }

            var outcome = process.Finish();
            Assert.Equal(130, outcome.ExitCode);
            Assert.DoesNotContain("Progress is saved", outcome.Errors, StringComparison.Ordinal);
        }

        pipeline.Write();
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);
    }

    [Fact]
    public void What_a_kill_left_half_written_is_not_published()
    {
        using var pipeline = new TinyPipeline();
        var published = Directory.CreateDirectory(Path.Combine(pipeline.Models, "published", "self-distilled")).FullName;
        var leftover = Path.Combine(published, "model.safetensors.distill-0123abcd.partial");
        File.WriteAllText(leftover, "half a model");
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);
        Assert.False(File.Exists(leftover));
        Assert.DoesNotContain(".partial", File.ReadAllText(Path.Combine(published, "SHA256SUMS")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_option_makes_stale_what_depends_on_it_and_nothing_else()
    {
        using var pipeline = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);

        pipeline.Write(json => json["rounds"]!["distill"]!["student"]!["teacherTemperature"] = 0.5);
        var distill = Assert.Single(Stages(pipeline), stage => stage["state"]!.GetValue<string>() == "stale" && stage["name"]!.GetValue<string>() == "distill");
        Assert.Contains(
            distill["reasons"]!.AsArray(),
            reason => reason!.GetValue<string>().Contains("teacherTemperature changed from 1 to 0.5", StringComparison.Ordinal));

        var again = DistillProcess.Run(pipeline.Folder, "run");
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.All(
            new[] { "pretrain", "finetune", "supervised", "label" },
            stage => Assert.Contains($"{stage}: already done", again.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("distill: already done", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Reordered_keys_and_spelled_out_defaults_make_nothing_stale()
    {
        using var pipeline = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);

        pipeline.Write(json =>
        {
            var pretrain = json["pretrain"]!.AsObject();
            json.Remove("pretrain");
            pretrain["temperature"] = 0.20;
            json["pretrain"] = pretrain;
            json["//"] = "a comment";
            json["checkpointEverySeconds"] = 1;
        });

        Assert.All(Stages(pipeline), stage => Assert.Equal("done", stage["state"]!.GetValue<string>()));
    }

    [Fact]
    public void A_damaged_output_is_found_and_made_again()
    {
        using var pipeline = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);
        var weights = Path.Combine(pipeline.Models, "distill", "weights.safetensors");
        var good = File.ReadAllBytes(weights);
        var bad = good.ToArray();
        bad[^1] ^= 1;
        File.WriteAllBytes(weights, bad);

        var again = DistillProcess.Run(pipeline.Folder, "run");

        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Contains("distill: output weights.safetensors has changed on disk", again.Output, StringComparison.Ordinal);
        Assert.Equal(good, File.ReadAllBytes(weights));
        // The same bytes as before: nothing after it had to run.
        Assert.Contains("label-2: already done", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_process_is_told_who_holds_the_pipeline()
    {
        using var pipeline = new TinyPipeline(json => json["pretrain"]!["steps"] = 500);
        using var first = new DistillProcess(pipeline.Folder, "run");
        string? line;
        while ((line = first.ReadLine()) is not null && !line.Contains("pretrain: starts", StringComparison.Ordinal))
        {
        }

        var second = DistillProcess.Run(pipeline.Folder, "run");
        first.Kill();

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"{first.Id}", second.Errors, StringComparison.Ordinal);
    }

    private static List<JsonObject> Stages(TinyPipeline pipeline) =>
        [.. JsonNode.Parse(DistillProcess.Run(pipeline.Folder, "status", "--json").Output)!.AsArray().Select(stage => stage!.AsObject())];
}
