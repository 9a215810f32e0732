using Distill.Pipeline.Options;

namespace Tests.Pipeline.Options;

/// <summary>Objects whose keys are names: how a file changes those of its preset.</summary>
public sealed class RoundMergingTests
{
    private const string Preset = """{ "rounds": { "distill": { "steps": 1, "width": 2 }, "self-distill": { "steps": 3 } } }""";

    [Theory]
    [InlineData("""{ "self-distill": { "steps": 4 } }""", "distill 1 2, self-distill 4 0")]
    [InlineData("""{ "distill": { "steps": 9 } }""", "distill 9 2, self-distill 3 0")]
    [InlineData("""{ "small": {} }""", "distill 1 2, self-distill 3 0, small 0 0")]
    [InlineData("""{ "first": { "steps": 7 }, "distill": {} }""", "first 7 0, distill 1 2, self-distill 3 0")]
    [InlineData("""{ "distill": null }""", "self-distill 3 0")]
    [InlineData("""{ "distill": { "enabled": false } }""", "self-distill 3 0")]
    [InlineData("""{ "distill": { "enabled": true } }""", "distill 1 2, self-distill 3 0")]
    [InlineData("null", "")]
    public void A_file_states_only_what_differs_from_its_preset(string rounds, string expected)
    {
        var root = PipelineFile.Parse($$"""{ "extends": "preset", "rounds": {{rounds}} }""", "file", _ => Preset);

        var read = root.Map("rounds").Select(
            round => $"{round.Name} {round.Section.Integer("steps", 0)} {round.Section.Integer("width", 0)}");

        Assert.Equal(expected, string.Join(", ", read));
        root.RefuseUnknownKeys();
    }

    [Theory]
    [InlineData("{}", true, true)]
    [InlineData("{}", false, false)]
    [InlineData("""{ "probe": {} }""", false, true)]
    [InlineData("""{ "probe": null }""", true, false)]
    [InlineData("""{ "probe": { "enabled": false, "n": 1 } }""", true, false)]
    [InlineData("""{ "probe": { "enabled": true } }""", false, true)]
    public void A_block_is_left_out_by_null_or_by_enabled_false(string json, bool byDefault, bool given)
    {
        var root = Parsing.Of(json);

        Assert.Equal(given, root.OptionalSection("probe", byDefault) is not null);
        root.RefuseUnknownKeys();
    }

    [Fact]
    public void Enabled_is_left_out_of_the_canonical_form()
    {
        var root = Parsing.Of("""{ "probe": { "enabled": true, "n": 1 } }""");
        root.OptionalSection("probe", byDefault: false)!.Integer("n", 0);

        Assert.Equal("""{"probe":{"n":1}}""", CanonicalJson.Text(root.Canonical()));
    }

    [Fact]
    public void An_entry_that_is_not_an_object_is_named_by_its_path() =>
        Assert.Contains(
            "$.rounds.distill: found 3, expected an object",
            Parsing.Message(() => Parsing.Of("""{ "rounds": { "distill": 3 } }""").Map("rounds")),
            StringComparison.Ordinal);
}
