using System.Text.Json.Nodes;

namespace Tests.Cli;

/// <summary>Tests which stages run again after an interruption, a changed option or a damaged file.</summary>
[Trait("Category", "Process")]
public sealed class ResumeTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("USR1")]
    [InlineData("USR1", "USR1", "TERM")]
    public void A_signal_saves_a_checkpoint_and_the_next_run_resumes(params string[] signals)
    {
        using var pipeline = new TinyPipeline(json => json["pretrain"]!["steps"] = 60);
        using (var process = new DistillProcess(pipeline.Folder, "run"))
        {
            process.ReadUntil("pretrain: step ");

            foreach (var signal in signals)
            {
                process.Signal(signal);
            }

            Assert.Equal(130, process.Finish().ExitCode);
        }

        var checkpoint = Assert.Single(Stages(pipeline), stage => stage["name"]!.GetValue<string>() == "pretrain");
        Assert.Equal("interrupted", checkpoint["state"]!.GetValue<string>());
        Assert.True(checkpoint["checkpointStep"]!.GetValue<long>() > 0);
        Assert.Contains("resumes from step", DistillProcess.Run(pipeline.Folder, "status").Output, StringComparison.Ordinal);

        var resumed = DistillProcess.Run(pipeline.Folder, "run", "--until", "pretrain");

        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Contains($"pretrain: resumes from step {checkpoint["checkpointStep"]}", resumed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("resumes from step", DistillProcess.Run(pipeline.Folder, "status").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_sigterm_ends_the_process_at_once_without_damage()
    {
        // A step takes some seconds, so the first signal arrives during one.
        using var pipeline = new TinyPipeline(json =>
        {
            json["dataset"]!["folder"] = TinySample.Whole;
            json["pretrain"]!["batchSize"] = 3000;
        });
        using (var process = new DistillProcess(pipeline.Folder, "run"))
        {
            process.ReadUntil("pretrain: starts");

            // Linux merges a second signal into the first one if that is still pending.
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
    public void Half_written_files_of_a_killed_run_are_not_published()
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
    public void A_changed_option_makes_only_dependent_stages_stale()
    {
        using var pipeline = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(pipeline.Folder, "run").ExitCode);

        pipeline.Write(json => json["rounds"]!["distill"]!["student"]!["teacherTemperature"] = 0.5);
        var distill = Assert.Single(Stages(pipeline), stage => stage["name"]!.GetValue<string>() == "distill");
        Assert.Equal("stale", distill["state"]!.GetValue<string>());
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
    public void Reordered_keys_and_explicit_defaults_make_no_stage_stale()
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
    public void A_damaged_output_is_found_and_computed_again()
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

        // The output has the same bytes as before, so no later stage had to run.
        Assert.Contains("label-2: already done", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_process_is_refused_with_the_id_of_the_first()
    {
        using var pipeline = new TinyPipeline(json => json["pretrain"]!["steps"] = 500);
        using var first = new DistillProcess(pipeline.Folder, "run");
        first.ReadUntil("pretrain: starts");

        var second = DistillProcess.Run(pipeline.Folder, "run");
        first.Kill();

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"{first.Id}", second.Errors, StringComparison.Ordinal);
    }

    private static List<JsonObject> Stages(TinyPipeline pipeline) =>
        [.. JsonNode.Parse(DistillProcess.Run(pipeline.Folder, "status", "--json").Output)!.AsArray().Select(stage => stage!.AsObject())];
}
