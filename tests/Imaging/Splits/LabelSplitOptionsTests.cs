using Distill.Imaging.Splits;
using Distill.Pipeline.Options;
using Tests.Pipeline;
using Tests.Pipeline.Options;

namespace Tests.Imaging.Splits;

public sealed class LabelSplitOptionsTests
{
    [Fact]
    public void Each_rule_is_read()
    {
        Assert.Equal(new LabelSplitOptions(0.01, null, null, 0), LabelSplitOptions.Read(Parsing.Of("""{ "fraction": 0.01 }""")));
        Assert.Equal(new LabelSplitOptions(null, 13, null, 2), LabelSplitOptions.Read(Parsing.Of("""{ "perClass": 13, "seed": 2 }""")));

        using var folder = new TempFolder();
        folder.Write("a.txt", "");

        Assert.Equal(
            new LabelSplitOptions(null, null, folder["a.txt"], 0),
            LabelSplitOptions.Read(Parsing.Of($$"""{ "list": "{{folder["a.txt"]}}" }""")));
        Assert.Equal(
            "pipeline.json: $.list: found \"none.txt\", which does not exist",
            Assert.Throws<UserException>(() => LabelSplitOptions.Read(Parsing.Of("""{ "list": "none.txt" }"""))).Message);
    }

    [Theory]
    [InlineData("{}", "$.fraction: found none, expected exactly one of fraction, perClass and list")]
    [InlineData("""{ "fraction": 0.1, "perClass": 3 }""", "$.perClass: found fraction and perClass, expected exactly one of")]
    [InlineData("""{ "fraction": 0 }""", "$.fraction: found 0, expected more than 0 and at most 1")]
    [InlineData("""{ "fraction": 1.5 }""", "$.fraction")]
    [InlineData("""{ "perClass": 0 }""", "$.perClass")]
    public void Wrong_rules_are_rejected(string json, string message) =>
        Assert.Contains(message, Parsing.Message(() => LabelSplitOptions.Read(Parsing.Of(json))), StringComparison.Ordinal);
}
