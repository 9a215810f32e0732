using Distill.Pipeline.Options;

namespace Tests.Pipeline.Options;

public class PipelineFileTests
{
    [Theory]
    [InlineData("{ \"a\": 1", "pipeline.json: line 1, column 9: this is not valid JSON: ")]
    [InlineData("{\n  \"a\": 1\n  \"b\": 2\n}", "pipeline.json: line 3, column 3: this is not valid JSON: ")]
    [InlineData("{\n  \"ä\": oops }", "pipeline.json: line 2, column 8: this is not valid JSON: ")]
    [InlineData("", "pipeline.json: found an empty file, expected an object")]
    [InlineData("[1]", "pipeline.json: $: found a list, expected an object")]
    [InlineData("3", "pipeline.json: $: found 3, expected an object")]
    [InlineData("""{ "a": 1, "a": 2 }""", "pipeline.json: $.a: found the key twice, expected it once")]
    [InlineData(
        """{ "l": [{}, { "b": { "c d": 1, "c d": 1 } }] }""",
        "pipeline.json: $.l[1].b[\"c d\"]: found the key twice, expected it once")]
    [InlineData("""{ "extends": 3 }""", "pipeline.json: $.extends: found 3, expected the name of a preset")]
    [InlineData("""{ "extends": "x" }""", "pipeline.json: $.extends: found \"x\", expected the name of a preset")]
    public void Bad_JSON_is_refused_with_its_place(string json, string start) =>
        Assert.StartsWith(start, Parsing.Message(() => Parsing.Of(json)));

    [Fact]
    public void Comments_and_trailing_commas_are_accepted() =>
        Assert.Equal(3, Parsing.Of("{ // a remark\n \"seed\": 3, /* another */ }").Integer("seed", 0));

    [Fact]
    public void A_file_is_read_and_named_as_it_was_given()
    {
        using var folder = new TempFolder();
        var path = folder.Write("mine.json", """{ "seed": "x" }""");

        Assert.Equal(
            $"{path}: $.seed: found \"x\", expected an integer of at least 0",
            Parsing.Message(() => PipelineFile.Load(path, _ => null).Integer("seed", 0)));
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_told_apart()
    {
        using var folder = new TempFolder();

        Assert.Equal(
            $"{folder["none/pipeline.json"]}: this file does not exist; give an existing file or the name of a preset",
            Parsing.Message(() => PipelineFile.Load(folder["none/pipeline.json"], _ => null)));
        Assert.Equal(
            $"{folder.Path}: this file cannot be read",
            Parsing.Message(() => PipelineFile.Load(folder.Path, _ => null)));
    }

    [Fact]
    public void A_file_is_laid_over_its_preset_and_the_presets_preset()
    {
        string? Preset(string name) => name switch
        {
            "small" => """{ "extends": "base", "pretrain": { "epochs": 2 }, "list": [1, 2], "text": "preset" }""",
            "base" => """{ "pretrain": { "epochs": 100, "batchSize": 64 }, "list": [9], "seed": 4, "subset": 5 }""",
            _ => null,
        };

        var root = PipelineFile.Parse("""{ "extends": "small", "list": [3], "text": "mine", "subset": null }""", "pipeline.json", Preset);

        Assert.Equal(2, root.Section("pretrain").Integer("epochs", 0));
        Assert.Equal(64, root.Section("pretrain").Integer("batchSize", 0));
        Assert.Equal(4, root.Integer("seed", 0));
        Assert.Equal("mine", root.Text("text", ""));
        Assert.Null(root.OptionalInteger("subset"));
        Assert.Equal("pipeline.json: $.list: found [3], expected a string", Parsing.Message(() => root.Text("list", "")));
    }

    [Fact]
    public void Presets_that_extend_each_other_are_refused() => Assert.Equal(
        "preset b: $.extends: found a preset that extends itself (a → b → a), expected a chain that ends",
        Parsing.Message(() => PipelineFile.Parse(
            """{ "extends": "a" }""", "pipeline.json", name => name == "a" ? """{ "extends": "b" }""" : """{ "extends": "a" }""")));

    [Fact]
    public void Broken_JSON_in_a_preset_is_told_as_the_presets() => Assert.StartsWith(
        "preset a: line 1, column 3: this is not valid JSON: ",
        Parsing.Message(() => PipelineFile.Parse("""{ "extends": "a" }""", "pipeline.json", _ => "{ x }")));
}
