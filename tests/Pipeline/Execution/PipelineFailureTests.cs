using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Execution;

/// <summary>Tests what a run refuses, and what it reports of a stage that fails.</summary>
public sealed class PipelineFailureTests : IDisposable
{
    private readonly TwoStages _plan = new();

    [Fact]
    public void The_message_of_a_failed_stage_names_the_cause_and_how_to_resume()
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
    public void The_message_about_a_changed_file_says_what_the_same_command_would_do()
    {
        _plan.BeforeWeights = _ => throw new ChangedInputException("a.jpg has changed");

        Assert.Equal(
            "stage pretrain failed: a.jpg has changed. Its checkpoints are kept: with the old content, the same command resumes; "
                + "with the new one, it starts this stage again.",
            Assert.Throws<StageFailedException>(() => { _plan.Run(); }).Message);
    }

    [Fact]
    public void A_user_error_passes_through()
    {
        _plan.BeforeWeights = _ => throw new UserException("the dataset is empty");

        Assert.Equal("the dataset is empty", Assert.Throws<UserException>(() => { _plan.Run(); }).Message);
    }

    [Fact]
    public void A_cancellation_without_a_request_is_a_failure()
    {
        _plan.BeforeWeights = _ => throw new TaskCanceledException("The request timed out");

        Assert.Throws<StageFailedException>(() => { _plan.Run(); });
    }

    [Fact]
    public void A_missing_output_is_a_failure()
    {
        var runner = new PipelineRunner(
            _plan.Models,
            [new StageDefinition("a", 1, [], [], context => new StageResult(
                new Dictionary<string, string> { ["x"] = Path.Combine(context.Folder, "x") }, []))],
            new Dictionary<Artifact, ExternalInput>(),
            _plan.View,
            _plan.Clock);

        Assert.IsType<FileNotFoundException>(Assert.Throws<StageFailedException>(() => runner.Run(default)).InnerException);
        Assert.Equal(StageState.Interrupted, Assert.Single(runner.Status()).State);
    }

    [Fact]
    public void A_stage_reads_only_declared_inputs()
    {
        _plan.BeforeWeights = context =>
        {
            Assert.Equal(_plan.Folder["data"], context.Input(TwoStages.Train));
            Assert.Throws<InvalidOperationException>(() => context.Input(new Artifact("dataset", "test")));
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
            new(stage, 1, new JsonObject(), [.. inputs.Select(Artifact.Parse)], _ => throw new InvalidOperationException());

        var refused = Assert.Throws<ArgumentException>(() => new PipelineRunner(
            _plan.Models, [Stage("first"), Stage(name, input)], new Dictionary<Artifact, ExternalInput>(), _plan.View, _plan.Clock));

        Assert.Equal(message, refused.Message);
    }

    public void Dispose() => _plan.Dispose();
}
