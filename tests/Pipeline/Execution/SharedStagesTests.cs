using Distill.Pipeline.Execution;

namespace Tests.Pipeline.Execution;

/// <summary>Stages that another run has finished are copied, and all others are computed.</summary>
public sealed class SharedStagesTests : IDisposable
{
    private readonly TwoStages _plan = new();

    [Fact]
    public void What_another_run_finished_is_copied_and_its_folders_are_made_again()
    {
        var (made, log) = RunFirst();
        Assert.Equal(
            [
                $"note pretrain: taken from {_plan.Folder["first"]}, which made it from the same options and inputs",
                "begin finetune 2/2 from the start",
                """end finetune 1 s {"teacherKnn":41.5}""",
            ],
            _plan.Run());

        var taken = _plan.Locked("pretrain");
        Assert.Equal((made.Key, made.Seconds, made.FinishedUtc), (taken.Key, taken.Seconds, taken.FinishedUtc));
        Assert.Equal(_plan.Weights, taken.Outputs["weights.txt"].Path);
        Assert.Equal(log, File.ReadAllText(Path.Combine(_plan.Models, "pretrain", "metrics.jsonl")));

        // Neither run depends on the other.
        Directory.Delete(_plan.Folder["first"], recursive: true);
        Assert.Equal(["skip pretrain", "skip finetune"], _plan.Run());
    }

    [Fact]
    public void Other_options_are_computed()
    {
        RunFirst();
        _plan.PretrainOptions["text"] = "other";
        Assert.Equal("begin pretrain 1/2 from the start", _plan.Run()[0]);
        Assert.Equal("other", File.ReadAllText(_plan.Weights));
    }

    [Fact]
    public void Other_images_are_computed()
    {
        RunFirst();
        _plan.Dataset = "d1";
        Assert.Equal("begin pretrain 1/2 from the start", _plan.Run()[0]);
    }

    [Fact]
    public void Weights_that_have_changed_are_not_taken()
    {
        RunFirst();
        File.WriteAllText(Path.Combine(_plan.Folder["first"], "pretrain", "weights.txt"), "abX");
        Assert.Equal("begin pretrain 1/2 from the start", _plan.Run()[0]);
        Assert.Equal("abc", File.ReadAllText(_plan.Weights));
    }

    [Fact]
    public void Stage_that_another_run_has_not_finished_is_computed()
    {
        (_plan.Name, _plan.BeforeWeights) = ("first", _ => throw new IOException("broken"));
        Assert.ThrowsAny<Exception>(() => _plan.Run());
        (_plan.Name, _plan.BeforeWeights) = ("second", _ => { });
        _plan.OtherRuns = [_plan.Folder["first"], _plan.Folder["none"], _plan.Folder["second"]];
        Assert.Equal("begin pretrain 1/2 from the start", _plan.Run()[0]);
    }

    [Fact]
    public void Stage_of_another_machine_or_precision_is_computed()
    {
        _plan.Machine = "cpu, fp32";
        RunFirst();
        _plan.Machine = "cpu, bf16";
        Assert.Equal("begin pretrain 1/2 from the start", _plan.Run()[0]);
    }

    [Fact]
    public void Stage_that_is_stale_here_is_taken_and_its_checkpoints_are_kept()
    {
        RunFirst();
        _plan.PretrainOptions["text"] = "before";
        _plan.BeforeWeights = context => context.Checkpoints.Save(1, [], _ => { });
        _plan.Run();
        _plan.PretrainOptions["text"] = "abc";

        Assert.Contains(_plan.Run(), line => line.StartsWith("note pretrain: taken from", StringComparison.Ordinal));
        Assert.Equal("abc", File.ReadAllText(_plan.Weights));
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(_plan.Models, "pretrain"), "checkpoints-*"));
    }

    [Fact]
    public void Run_that_cannot_be_read_is_passed_over_with_one_note()
    {
        RunFirst();
        File.WriteAllText(Path.Combine(_plan.Folder["first"], "pipeline.lock.json"), "{");
        File.Delete(Path.Combine(_plan.Folder["first"], "pipeline.lock.json.copy"));

        var lines = _plan.Run();
        Assert.StartsWith($"note nothing is taken from {_plan.Folder["first"]}: ", lines[0], StringComparison.Ordinal);
        Assert.Equal(2, lines.Count(line => line.StartsWith("begin", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.StartsWith("note nothing", StringComparison.Ordinal));
    }

    public void Dispose() => _plan.Dispose();

    /// <summary>Runs the plan as "first", and makes the next run "second", beside it.</summary>
    private (LockEntry Pretrain, string Log) RunFirst()
    {
        _plan.Name = "first";
        _plan.BeforeWeights = context => context.Metrics.Append(new() { ["step"] = 1 });
        _plan.Run();
        var entry = _plan.Locked("pretrain");
        var log = File.ReadAllText(Path.Combine(_plan.Models, "pretrain", "metrics.jsonl"));
        _plan.Name = "second";
        _plan.OtherRuns = [_plan.Folder["first"], _plan.Folder["second"]];
        return (entry, log);
    }
}
