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
                "begin pretrain 1/2 from the start",
                """end pretrain 5 s {"knn":41.5}""",
                "begin finetune 2/2 from the start",
                """end finetune 1 s {"teacherKnn":41.5}""",
            ],
            _plan.Run());
        Assert.Equal(["skip pretrain", "skip finetune"], _plan.Run());
    }

    [Fact]
    public void The_manifest_records_inputs_and_outputs_of_a_done_stage()
    {
        _plan.Run();

        var entry = _plan.Locked("pretrain");
        Assert.Equal(StageKey.Compute("pretrain", 1, _plan.PretrainOptions, entry.Inputs), entry.Key);
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
    public void A_changed_option_reruns_its_stage_and_those_that_read_its_output()
    {
        _plan.Run();
        _plan.PretrainOptions["text"] = "abcd";

        Assert.Equal(
            [
                "note pretrain: option text changed from \"abc\" to \"abcd\"",
                "begin pretrain 1/2 from the start",
                """end pretrain 5 s {"knn":41.5}""",
                "note finetune: input pretrain/weights.txt changed",
                "begin finetune 2/2 from the start",
                """end finetune 1 s {"teacherKnn":41.5}""",
            ],
            _plan.Run());
    }

    [Fact]
    public void Run_from_a_stage_reruns_it_and_keeps_its_old_results()
    {
        _plan.Run();

        _plan.Runner().Run(CancellationToken.None, from: "finetune");

        Assert.Equal(
            ["skip pretrain", "begin finetune 2/2 from the start", """end finetune 1 s {"teacherKnn":41.5}"""], _plan.View.Lines[^3..]);
        var aside = Assert.Single(Directory.GetDirectories(_plan.Models, "finetune-before-*"));
        Assert.Equal("report", Path.GetFileName(Assert.Single(Directory.GetDirectories(aside))));
        Assert.Equal(0, _plan.Locked("finetune").Resumes);
    }

    [Fact]
    public void Run_from_a_stage_does_not_resume_from_its_checkpoints()
    {
        _plan.BeforeWeights = context => context.Checkpoints.Save(100, [], folder => File.WriteAllText(Path.Combine(folder, "a"), "a"));
        _plan.Run();
        long? found = -1;
        _plan.BeforeWeights = context => found = context.Checkpoints.LoadNewest()?.Step;

        _plan.Runner().Run(CancellationToken.None, from: "pretrain");

        Assert.Null(found);
        var aside = Assert.Single(Directory.GetDirectories(_plan.Models, "pretrain-before-*"));
        Assert.True(Directory.Exists(Path.Combine(aside, "checkpoints", "step-00000100")));
        Assert.Contains("begin finetune 2/2 from the start", _plan.View.Lines);
    }

    [Fact]
    public void Run_until_a_stage_leaves_the_later_ones_to_the_next_run()
    {
        _plan.Runner().Run(CancellationToken.None, until: "pretrain");

        Assert.Equal(["Done: ", "ToDo: "], _plan.Status());
        Assert.Equal("skip pretrain", _plan.Run()[0]);
        Assert.Equal(["Done: ", "Done: "], _plan.Status());
        var thrown = Assert.Throws<UserException>(() => _plan.Runner().Run(CancellationToken.None, until: "label"));
        Assert.Equal("--until: found \"label\", expected one of pretrain, finetune", thrown.Message);
    }

    [Fact]
    public void Run_from_an_unknown_stage_is_refused_and_changes_nothing()
    {
        _plan.Run();

        var thrown = Assert.Throws<UserException>(() => _plan.Runner().Run(CancellationToken.None, from: "label"));

        Assert.Equal("--from: found \"label\", expected one of pretrain, finetune", thrown.Message);
        Assert.Equal(["skip pretrain", "skip finetune"], _plan.Run());
    }

    [Fact]
    public void A_rerun_that_gives_the_same_bytes_leaves_later_stages_done()
    {
        _plan.Run();
        _plan.PretrainOptions["steps"] = 200;

        Assert.Equal("skip finetune", _plan.Run()[^1]);
    }

    [Fact]
    public void A_run_finds_changed_bytes_of_equal_length()
    {
        _plan.Run();
        File.WriteAllText(_plan.Weights, "abX");

        Assert.Equal("note pretrain: output weights.txt has changed on disk", _plan.Run()[0]);
        Assert.Equal("abc", File.ReadAllText(_plan.Weights));
    }

    [Fact]
    public void An_interrupted_stage_resumes_and_its_time_adds_up()
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
    public void The_time_of_a_killed_stage_counts_up_to_its_last_checkpoint()
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
    public void Each_machine_that_ran_a_stage_under_its_key_is_recorded()
    {
        _plan.Machine = "cpu, bf16";
        _plan.BeforeWeights = _ => throw new IOException("interrupted");
        Assert.Throws<StageFailedException>(() => { _plan.Run(); });
        Assert.Throws<StageFailedException>(() => { _plan.Run(); });

        Assert.DoesNotContain(_plan.View.Lines, line => line.Contains("started on", StringComparison.Ordinal));
        Assert.Equal(["cpu, bf16"], _plan.Locked("pretrain").Machines);

        _plan.BeforeWeights = _ => { };
        _plan.Machine = "cuda:0, bf16";
        const string note = "started on \"cpu, bf16\" and continued on \"cuda:0, bf16\": "
            + "its results may differ in the last digits from a run on one machine";

        Assert.Single(_plan.Run(), line => line.EndsWith(note, StringComparison.Ordinal));
        Assert.Equal(["cpu, bf16", "cuda:0, bf16"], _plan.Locked("pretrain").Machines);
        Assert.Equal(["cuda:0, bf16"], _plan.Locked("finetune").Machines);

        _plan.PretrainOptions["steps"] = 200;
        _plan.Run();

        Assert.Equal(["cuda:0, bf16"], _plan.Locked("pretrain").Machines);
    }

    [Fact]
    public void Inputs_from_another_machine_are_noted()
    {
        const string note = "runs on \"cuda:0, bf16\" with inputs from \"cpu, bf16\": its results may differ";
        _plan.Machine = "cpu, bf16";
        Assert.DoesNotContain(_plan.Run(), IsNote);

        _plan.View.Lines.Clear();
        _plan.Runner().Run(CancellationToken.None, from: "finetune");
        Assert.DoesNotContain(_plan.View.Lines, IsNote);

        _plan.Machine = "cuda:0, bf16";
        _plan.Runner().Run(CancellationToken.None, from: "finetune");
        Assert.Single(_plan.View.Lines, IsNote);

        static bool IsNote(string line) => line.Contains(note, StringComparison.Ordinal);
    }

    public void Dispose() => _plan.Dispose();
}
