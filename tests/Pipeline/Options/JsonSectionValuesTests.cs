namespace Tests.Pipeline.Options;

public class JsonSectionValuesTests
{
    private static readonly Dictionary<string, int> Depths = new() { ["resnet50"] = 50, ["resnet152"] = 152 };

    [Fact]
    public void Given_values_are_read()
    {
        var section = Parsing.Of("""
            { "n": 1e2, "x": 0.25, "on": true, "s": "a", "mode": "soft-targets", "net": "resnet152", "crop": [0.08, 1] }
            """);

        Assert.Equal(100, section.Integer("n", 0));
        Assert.Equal(0.25, section.Number("x", 0));
        Assert.True(section.Flag("on", false));
        Assert.Equal("a", section.Text("s", "b"));
        Assert.Equal(Mode.SoftTargets, section.Choice("mode", Mode.Hard));
        Assert.Equal(152, section.Choice("net", "resnet50", Depths));
        Assert.Equal((0.08, 1.0), section.Range("crop", (0, 0), 0, 1));
    }

    [Fact]
    public void Absent_values_are_the_defaults()
    {
        var section = Parsing.Of("{}");

        Assert.Equal(7, section.Integer("n", 7));
        Assert.Equal(0.5, section.Number("x", 0.5));
        Assert.True(section.Flag("on", true));
        Assert.Equal("b", section.Text("s", "b"));
        Assert.Equal(Mode.Hard, section.Choice("mode", Mode.Hard));
        Assert.Equal(50, section.Choice("net", "resnet50", Depths));
        Assert.Equal((0.2, 0.4), section.Range("crop", (0.2, 0.4), 0, 1));
        Assert.Empty(section.Sections("rounds"));
        Assert.Equal(3, section.Section("pretrain").Integer("epochs", 3));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "n": null, "x": null, "s": null }""")]
    public void Absent_and_null_optional_values_are_null(string json)
    {
        var section = Parsing.Of(json);

        Assert.Null(section.OptionalInteger("n"));
        Assert.Null(section.OptionalNumber("x"));
        Assert.Null(section.OptionalText("s"));
        Assert.False(section.Has("n"));
    }

    [Fact]
    public void Given_optional_values_are_read()
    {
        var section = Parsing.Of("""{ "n": 5, "x": 0.5, "s": "a" }""");

        Assert.Equal(5, section.OptionalInteger("n"));
        Assert.Equal(0.5, section.OptionalNumber("x"));
        Assert.Equal("a", section.OptionalText("s"));
        Assert.True(section.Has("n"));
    }

    [Theory]
    [InlineData("\"many\"", "found \"many\", expected an integer from 2 to 65536")]
    [InlineData("1", "found 1, expected an integer from 2 to 65536")]
    [InlineData("65537", "found 65537, expected an integer from 2 to 65536")]
    [InlineData("2.5", "found 2.5, expected an integer from 2 to 65536")]
    [InlineData("1e999", "found 1e999, expected an integer from 2 to 65536")]
    [InlineData("null", "found null, expected an integer from 2 to 65536")]
    [InlineData("true", "found true, expected an integer from 2 to 65536")]
    [InlineData("{}", "found an object, expected an integer from 2 to 65536")]
    [InlineData("[]", "found an empty list, expected an integer from 2 to 65536")]
    [InlineData("[[1]]", "found a list, expected an integer from 2 to 65536")]
    public void A_wrong_integer_names_its_path_and_its_bounds(string value, string message)
    {
        var section = Parsing.Of($$"""{ "pretrain": { "batchSize": {{value}} } }""").Section("pretrain");

        Assert.Equal(
            $"pipeline.json: $.pretrain.batchSize: {message}",
            Parsing.Message(() => section.Integer("batchSize", 256, 2, 65536)));
    }

    [Fact]
    public void Every_kind_of_value_says_what_it_expects()
    {
        var section = Parsing.Of("""{ "v": { }, "s": "soft", "r": [2, 1], "l": [3] }""");

        void Refuses(string message, Action read) => Assert.Equal($"pipeline.json: $.{message}", Parsing.Message(read));

        Refuses("v: found an object, expected an integer of at least 0", () => section.Integer("v", 1));
        Refuses("v: found an object, expected a number of at least 0", () => section.Number("v", 1));
        Refuses("v: found an object, expected a number from -1 to 0.5", () => section.Number("v", 0, -1, 0.5));
        Refuses("v: found an object, expected a number of at most 3", () => section.Number("v", 0, double.MinValue, 3));
        Refuses("v: found an object, expected an integer of at least 2", () => section.OptionalInteger("v", 2));
        Refuses("v: found an object, expected a number of at least 0", () => section.OptionalNumber("v"));
        Refuses("v: found an object, expected true or false", () => section.Flag("v", true));
        Refuses("v: found an object, expected a string", () => section.Text("v", ""));
        Refuses("v: found an object, expected a string", () => section.OptionalText("v"));
        Refuses("s: found \"soft\", expected one of \"hard\", \"soft-targets\"", () => section.Choice("s", Mode.Hard));
        Refuses("s: found \"soft\", expected one of \"resnet50\", \"resnet152\"", () => section.Choice("s", "resnet50", Depths));
        Refuses(
            "r: found [2,1], expected a list of two numbers, the lower one first, each a number from 0 to 9",
            () => section.Range("r", (0, 1), 0, 9));
        Refuses("s: found \"soft\", expected an object", () => section.Section("s"));
        Refuses("s: found \"soft\", expected a list of objects", () => section.Sections("s"));
        Refuses("l[0]: found 3, expected an object", () => section.Sections("l"));
    }

    [Fact]
    public void A_cross_check_speaks_in_the_same_shape()
    {
        var round = Parsing.Of("""{ "rounds": [{}, {}] }""").Sections("rounds")[1];

        Assert.Equal("$.rounds[1]", round.Path);
        Assert.Equal(
            "pipeline.json: $.rounds[1].steps: found 3, expected more than warmupSteps (5)",
            round.Error("steps", "found 3, expected more than warmupSteps (5)").Message);
    }

    [Fact]
    public void A_long_value_is_quoted_in_short()
    {
        var section = Parsing.Of($$"""{ "n": "{{new string('a', 500)}}" }""");

        Assert.Equal(
            $"pipeline.json: $.n: found \"{new string('a', 59)}…, expected an integer of at least 0",
            Parsing.Message(() => section.Integer("n", 0)));
    }
}
