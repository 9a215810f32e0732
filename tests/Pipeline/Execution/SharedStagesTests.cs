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
