using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;

namespace Tests.Pipeline.Execution;

public class StageKeyTests
{
    // SHA-256 of {"inputs":{"dataset/train":"00"},"options":{"augmentation":{"crop":[0.08,1]},"steps":100},"stage":"pretrain","version":1},
    // computed by Python's hashlib. If this changes, every run of every user becomes stale.
    private const string Golden = "7412a332283249ae5b9d607bb88c31bc5274a5ca6e698eb51d32aef8f29f8cd0";

    private static readonly Dictionary<string, string> Inputs = new() { ["dataset/train"] = "00" };

    [Theory]
    [InlineData("""{ "steps": 100, "augmentation": { "crop": [0.08, 1] } }""")]
    [InlineData("""{ "augmentation": { "crop": [8e-2, 1.0] }, "steps": 1e2 }""")]
    public void A_key_does_not_depend_on_spelling_and_never_changes(string options) =>
        Assert.Equal(Golden, StageKey.Compute("pretrain", 1, Options(options), Inputs));

    [Fact]
    public void A_key_depends_on_everything_that_the_result_depends_on()
    {
        var options = Options("""{ "steps": 100, "augmentation": { "crop": [0.08, 1] } }""");

        Assert.Equal(6, new HashSet<string>
        {
            Golden,
            StageKey.Compute("finetune", 1, options, Inputs),
            StageKey.Compute("pretrain", 2, options, Inputs),
            StageKey.Compute("pretrain", 1, Options("""{ "steps": 101, "augmentation": { "crop": [0.08, 1] } }"""), Inputs),
            StageKey.Compute("pretrain", 1, options, new Dictionary<string, string> { ["dataset/train"] = "01" }),
            StageKey.Compute("pretrain", 1, options, new Dictionary<string, string> { ["dataset/test"] = "00" }),
        }.Count);
    }

    private static JsonObject Options(string json) => JsonNode.Parse(json)!.AsObject();
}
