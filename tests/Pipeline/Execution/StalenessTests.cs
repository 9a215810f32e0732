using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;

namespace Tests.Pipeline.Execution;

public sealed class StalenessTests : IDisposable
{
    private const string WaitingStale = "Stale: waits for pretrain";

    private readonly TwoStages _plan = new();

    [Fact]
    public void Before_the_first_run_all_stages_are_to_do_and_no_file_exists()
    {
        Assert.Equal(["ToDo: ", "ToDo: waits for pretrain"], _plan.Status());
        Assert.Empty(_plan.Folder.Names());
    }

    [Fact]
    public void After_a_run_all_stages_are_done()
    {
        _plan.Run();

        Assert.Equal(["Done: ", "Done: "], _plan.Status());
        Assert.Equal([5.0, 1.0], _plan.Runner().Status().Select(status => status.Seconds));
    }

    [Theory]
    [InlineData("""{ "text": "abc", "steps": 200 }""", "option steps changed from 100 to 200")]
    [InlineData("""{ "text": "abc" }""", "option steps was removed (100)")]
    [InlineData("""{ "text": "abc", "steps": 100, "warmup": null }""", "option warmup was added (null)")]
    [InlineData("""{ "text": "abc", "steps": { "first": 1 } }""", """option steps changed from 100 to {"first":1}""")]
    [InlineData("""{ "steps": 1, "text": "x" }""", """option steps changed from 100 to 1; option text changed from "abc" to "x" """)]
    public void A_changed_option_is_named_with_both_values(string options, string reasons)
    {
        _plan.Run();
        _plan.PretrainOptions = JsonNode.Parse(options)!.AsObject();

        Assert.Equal([$"Stale: {reasons.TrimEnd()}", WaitingStale], _plan.Status());
    }

    [Fact]
    public void An_option_in_the_hash_of_an_input_is_named_instead_of_the_input()
    {
        _plan.DatasetOptions = new JsonObject { ["dataset"] = new JsonObject { ["shorterSide"] = null, ["imageSize"] = 32 } };
        _plan.Run();
        Assert.Equal(["Done: ", "Done: "], _plan.Status());

        _plan.Dataset = "d1";
        Assert.StartsWith("Stale: input dataset/train changed", _plan.Status()[0], StringComparison.Ordinal);

        _plan.DatasetOptions = new JsonObject { ["dataset"] = new JsonObject { ["shorterSide"] = 36, ["imageSize"] = 32 } };
        Assert.Equal("Stale: option dataset.shorterSide changed from null to 36", _plan.Status()[0]);
    }

    [Fact]
    public void Before_the_first_run_no_input_is_hashed()
    {
        var hashed = false;
        var runner = new PipelineRunner(
            _plan.Models,
            [new StageDefinition("pretrain", 1, [], [TwoStages.Train], _ => throw new InvalidOperationException("not run"))],
            new Dictionary<Artifact, ExternalInput>
            {
                [TwoStages.Train] = new("data", new Lazy<string>(() =>
                {
                    hashed = true;
                    return "";
                })),
            },
            _plan.View,
            _plan.Clock);

        Assert.Equal(StageState.ToDo, Assert.Single(runner.Status()).State);
        Assert.False(hashed);
    }

    [Fact]
    public void A_nested_option_is_named_by_its_dotted_path()
    {
        _plan.PretrainOptions["crop"] = new JsonObject { ["area"] = new JsonArray(0.08, 1), ["flip"] = true };
        _plan.Run();
        _plan.PretrainOptions["crop"] = new JsonObject { ["area"] = new JsonArray(0.2, 1.0), ["flip"] = true };

        Assert.Equal(["Stale: option crop.area changed from [0.08,1] to [0.2,1]", WaitingStale], _plan.Status());
    }

    [Fact]
    public void Another_spelling_of_options_changes_nothing()
    {
        _plan.Run();
        _plan.PretrainOptions = JsonNode.Parse("""{ "steps": 1.0e2, "text": "abc" }""")!.AsObject();

        Assert.Equal(["Done: ", "Done: "], _plan.Status());
    }

    [Fact]
    public void A_changed_version_is_named()
    {
        _plan.Run();
        _plan.PretrainVersion = 2;

        Assert.Equal(["Stale: the stage's version changed from 1 to 2", WaitingStale], _plan.Status());
    }

    [Fact]
    public void A_changed_input_is_named_in_every_stage_that_reads_it()
    {
        _plan.Run();
        _plan.Dataset = "d1";

        Assert.Equal(
            ["Stale: input dataset/train changed", "Stale: input dataset/train changed; waits for pretrain"],
            _plan.Status());
    }

    [Theory]
    [InlineData(null, "output weights.txt is missing")]
    [InlineData("abcd", "output weights.txt has changed on disk")]
    public void A_missing_or_changed_output_is_named(string? content, string reason)
    {
        _plan.Run();
        File.Delete(_plan.Weights);
        if (content is not null)
        {
            File.WriteAllText(_plan.Weights, content);
        }

        Assert.Equal([$"Stale: {reason}", WaitingStale], _plan.Status());
    }

    [Fact]
    public void An_added_file_in_an_output_folder_is_a_change()
    {
        _plan.Run();
        File.WriteAllText(Path.Combine(_plan.Models, "finetune", "report", "more.txt"), "x");

        Assert.Equal(["Done: ", "Stale: output report has changed on disk"], _plan.Status());
    }

    [Fact]
    public void An_interrupted_stage_whose_options_changed_is_stale()
    {
        _plan.BeforeWeights = _ => throw new IOException("interrupted");
        Assert.ThrowsAny<Exception>(() => { _plan.Run(); });
        _plan.PretrainOptions["steps"] = 200;

        Assert.Equal(["Stale: option steps changed from 100 to 200", "ToDo: waits for pretrain"], _plan.Status());
    }

    public void Dispose() => _plan.Dispose();
}
