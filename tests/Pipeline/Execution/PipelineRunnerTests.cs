using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Tests.Pipeline.Execution;

public sealed class PipelineRunnerTests : IDisposable
{
    private readonly TwoStages _plan = new();

    [Fact]
    public void Stages_run_in_order_and_are_skipped_when_done()
    {
        Assert.Equal(
            [
                "begin pretrain 1/2 afresh",
                """end pretrain 5 s {"knn":41.5}""",
                "begin finetune 2/2 afresh",
                """end finetune 1 s {"teacherKnn":41.5}""",
            ],
            _plan.Run());
        Assert.Equal(["skip pretrain", "skip finetune"], _plan.Run());
    }

    [Fact]
    public void A_done_stage_is_locked_with_what_went_in_and_came_out()
    {
        _plan.Run();

        var entry = _plan.Locked("pretrain");
        Assert.Equal(StageKey.Of("pretrain", 1, _plan.PretrainOptions, entry.Inputs), entry.Key);
        Assert.Equal(LockedState.Done, entry.State);
        Assert.Equal("""{"steps":100,"text":"abc"}""", entry.Options.ToJsonString());
        Assert.Equal("d0", Assert.Single(entry.Inputs, input => input.Key == "dataset/train").Value);
        Assert.Equal(
            new LockedOutput(_plan.Weights, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3),
            entry.Outputs["weights.txt"]);
        Assert.Equal((5.0, 0), (entry.Seconds, entry.Resumes));
        Assert.Equal(TimeSpan.FromSeconds(5), entry.FinishedUtc - entry.StartedUtc);
        Assert.Equal(entry.Outputs["weights.txt"].Sha256, _plan.Locked("finetune").Inputs["pretrain/weights.txt"]);
    }

    [Fact]
    public void A_changed_option_runs_its_stage_and_those_its_output_feeds()
    {
        _plan.Run();
        _plan.PretrainOptions["text"] = "abcd";

        Assert.Equal(
            [
                "note pretrain: option text changed from \"abc\" to \"abcd\"",
                "begin pretrain 1/2 afresh",
                """end pretrain 5 s {"knn":41.5}""",
                "note finetune: input pretrain/weights.txt changed",
                "begin finetune 2/2 afresh",
                """end finetune 1 s {"teacherKnn":41.5}""",
            ],
            _plan.Run());
    }

    [Fact]
    public void From_a_stage_on_all_is_run_afresh_and_what_was_there_is_kept()
    {
        _plan.Run();
        _plan.Runner().Run(CancellationToken.None, from: "finetune");

        Assert.Equal(["skip pretrain", "begin finetune 2/2 afresh", """end finetune 1 s {"teacherKnn":41.5}"""], _plan.View.Lines[^3..]);
        var aside = Assert.Single(Directory.GetDirectories(_plan.Models, "finetune-before-*"));
        Assert.Equal("report", Path.GetFileName(Assert.Single(Directory.GetDirectories(aside))));
        Assert.Equal(0, _plan.Locked("finetune").Resumes);
    }

    [Fact]
    public void From_the_first_stage_on_its_checkpoints_are_not_gone_on_from()
    {
        _plan.BeforeWeights = context => context.Checkpoints.Save(100, [], folder => File.WriteAllText(Path.Combine(folder, "a"), "a"));
        _plan.Run();
        long? found = -1;
        _plan.BeforeWeights = context => found = context.Checkpoints.LoadNewest()?.Step;
        _plan.Runner().Run(CancellationToken.None, from: "pretrain");

        Assert.Null(found);
        var aside = Assert.Single(Directory.GetDirectories(_plan.Models, "pretrain-before-*"));
        Assert.True(Directory.Exists(Path.Combine(aside, "checkpoints", "step-00000100")));
        Assert.Contains("begin finetune 2/2 afresh", _plan.View.Lines);
    }

    [Fact]
    public void A_stage_to_run_from_that_is_none_is_named_and_nothing_is_touched()
    {
        _plan.Run();
        var thrown = Assert.Throws<UserException>(() => _plan.Runner().Run(CancellationToken.None, from: "label"));
        Assert.Equal("--from: found \"label\", expected one of pretrain, finetune", thrown.Message);
        Assert.Equal(["skip pretrain", "skip finetune"], _plan.Run());
    }

    [Fact]
    public void A_rerun_with_the_same_bytes_leaves_later_stages_done()
    {
        _plan.Run();
        _plan.PretrainOptions["steps"] = 200;

        Assert.Equal("skip finetune", _plan.Run()[^1]);
    }

    [Fact]
    public void Bytes_that_changed_under_an_equal_length_are_found_by_a_run()
    {
        _plan.Run();
        File.WriteAllText(_plan.Weights, "abX");

        Assert.Equal("note pretrain: output weights.txt has changed on disk", _plan.Run()[0]);
        Assert.Equal("abc", File.ReadAllText(_plan.Weights));
    }

    [Fact]
    public void An_interrupted_stage_resumes_from_its_checkpoint_and_its_time_adds_up()
    {
        using var interrupt = new CancellationTokenSource();
        _plan.BeforeWeights = context =>
        {
            context.Checkpoints.Save(40, [], _ => { });
            interrupt.Cancel();
            context.Cancellation.ThrowIfCancellationRequested();
        };
        Assert.Throws<OperationCanceledException>(() => { _plan.Run(interrupt.Token); });
        Assert.Equal(LockedState.Running, _plan.Locked("pretrain").State);
        Assert.Equal(["Interrupted: ", "ToDo: waits for pretrain"], _plan.Status());
        Assert.Equal(40, _plan.Runner().Status()[0].CheckpointStep);

        _plan.BeforeWeights = context => Assert.Equal(40, context.Checkpoints.LoadNewest()?.Step);

        Assert.Equal("begin pretrain 1/2 step 40", _plan.Run()[0]);
        Assert.Equal((10.0, 1), (_plan.Locked("pretrain").Seconds, _plan.Locked("pretrain").Resumes));
    }

    [Fact]
    public void A_killed_stages_time_is_known_up_to_its_last_checkpoint()
    {
        LockEntry? atCheckpoint = null;
        _plan.BeforeWeights = context =>
        {
            context.Checkpoints.Save(40, [], _ => { });
            atCheckpoint = _plan.Locked("pretrain");
        };

        _plan.Run();

        Assert.Equal((LockedState.Running, 5.0), (atCheckpoint?.State, atCheckpoint?.Seconds));
    }

    [Fact]
    public void A_failed_stage_says_what_failed_and_that_it_resumes()
    {
        _plan.BeforeWeights = _ => throw new IOException("No space left on device.");

        var failure = Assert.Throws<StageFailedException>(() => { _plan.Run(); });

        Assert.Equal("pretrain", failure.Stage);
        Assert.Equal(
            "stage pretrain failed: No space left on device. Its checkpoints are kept; run the same command again to resume.",
            failure.Message);
        Assert.Equal(["Interrupted: ", "ToDo: waits for pretrain"], _plan.Status());
    }

    [Fact]
    public void A_users_mistake_passes_through()
    {
        _plan.BeforeWeights = _ => throw new UserException("the data set is empty");

        Assert.Equal("the data set is empty", Assert.Throws<UserException>(() => { _plan.Run(); }).Message);
    }

    [Fact]
    public void A_run_that_goes_on_elsewhere_remembers_both_machines_and_one_under_another_key_its_own()
    {
        _plan.Machine = "cpu, bf16";
        _plan.BeforeWeights = _ => throw new IOException("gone");
        Assert.Throws<StageFailedException>(() => { _plan.Run(); });
        Assert.Throws<StageFailedException>(() => { _plan.Run(); });
        Assert.DoesNotContain(_plan.View.Lines, line => line.Contains("started on", StringComparison.Ordinal));
        Assert.Equal(["cpu, bf16"], _plan.Locked("pretrain").Machines);

        _plan.BeforeWeights = _ => { };
        _plan.Machine = "cuda:0, bf16";
        Assert.Single(
            _plan.Run(),
            line => line.EndsWith(
                "started on \"cpu, bf16\" and continued on \"cuda:0, bf16\": its results may differ in the last digits from a run on one machine",
                StringComparison.Ordinal));
        Assert.Equal(["cpu, bf16", "cuda:0, bf16"], _plan.Locked("pretrain").Machines);
        Assert.Equal(["cuda:0, bf16"], _plan.Locked("finetune").Machines);

        _plan.PretrainOptions["steps"] = 200;
        _plan.Run();
        Assert.Equal(["cuda:0, bf16"], _plan.Locked("pretrain").Machines);
    }

    [Fact]
    public void A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        _plan.BeforeWeights = _ => throw new TaskCanceledException("The request timed out");

        Assert.Throws<StageFailedException>(() => { _plan.Run(); });
    }

    [Fact]
    public void An_output_that_is_not_there_is_a_failure()
    {
        var runner = new PipelineRunner(
            _plan.Models,
            [new StageDefinition("a", 1, [], [], context => new StageResult(
                new Dictionary<string, string> { ["x"] = Path.Combine(context.Folder, "x") }, []))],
            new Dictionary<string, ExternalInput>(),
            _plan.View,
            _plan.Clock);

        Assert.IsType<FileNotFoundException>(Assert.Throws<StageFailedException>(() => runner.Run(default)).InnerException);
        Assert.Equal(StageState.Interrupted, Assert.Single(runner.Status()).State);
    }

    [Fact]
    public void A_stage_reads_only_what_it_declares()
    {
        _plan.BeforeWeights = context =>
        {
            Assert.Equal(_plan.Folder["data"], context.Input("dataset/train"));
            Assert.Throws<InvalidOperationException>(() => context.Input("dataset/test"));
            Assert.Throws<InvalidOperationException>(() => context.InputMetrics("finetune"));
        };

        Assert.Equal(4, _plan.Run().Length);
    }

    [Theory]
    [InlineData("b", "a/x", "stage b reads a/x, which no earlier stage and no external input provides")]
    [InlineData("b", "b/x", "stage b reads b/x, which no earlier stage and no external input provides")]
    [InlineData("first", "first/x", "found a stage named first, expected a unique name without '/'")]
    [InlineData("b/c", "first/x", "found a stage named b/c, expected a unique name without '/'")]
    public void An_impossible_plan_is_refused(string name, string input, string message)
    {
        StageDefinition Stage(string stage, params string[] inputs) =>
            new(stage, 1, new JsonObject(), inputs, _ => throw new InvalidOperationException());

        var refused = Assert.Throws<ArgumentException>(() => new PipelineRunner(
            _plan.Models, [Stage("first"), Stage(name, input)], new Dictionary<string, ExternalInput>(), _plan.View, _plan.Clock));

        Assert.Equal(message, refused.Message);
    }

    public void Dispose() => _plan.Dispose();
}
