using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Tests.Pipeline.Options;

public class CanonicalTests
{
    [Theory]
    [InlineData("""{ "n": 1, "x": 100, "crop": [0, 1], "mode": "soft-targets", "rounds": [{ "t": 2 }] }""")]
    [InlineData("""{ "rounds": [{ "t": 2.0 }], "mode": "soft-targets", "crop": [-0.0, 1e0], "x": 1.0e2, "n": 1.0, }""")]
    [InlineData("""{ "n": 1e0, /* as text */ "x": 100.000, "crop": [0.0, 1.00], "mode": "soft-targets", "rounds": [{}], "s": null }""")]
    public void Equal_options_have_one_form(string json)
    {
        var root = Parsing.Of(json);
        root.Number("x", 0);
        root.Integer("n", 0);
        root.Range("crop", (0.1, 0.2), 0, 1);
        root.Choice("mode", Mode.Hard);
        root.OptionalText("s");
        root.Flag("flag", true);
        foreach (var round in root.Sections("rounds"))
        {
            round.Number("t", 2);
        }

        Assert.Equal(
            """{"crop":[0,1],"flag":true,"mode":"soft-targets","n":1,"rounds":[{"t":2}],"s":null,"x":100}""",
            root.Canonical().ToJsonString());
    }

    [Theory]
    [InlineData("1e16", "10000000000000000")]
    [InlineData("0.1", "0.1")]
    [InlineData("1e-7", "1E-07")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("-0.0", "0")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157E+308")]
    public void A_number_has_its_shortest_round_trip_form(string given, string canonical) =>
        Assert.Equal($"[{canonical}]", CanonicalJson.Text(JsonNode.Parse($"[{given}]")));

    [Fact]
    public void Keys_are_sorted_by_code_point_at_every_level() => Assert.Equal(
        """{"B":{"Z":1,"a":2},"a":[{"x":1,"y":2}],"b":null}""",
        CanonicalJson.Text(JsonNode.Parse("""{ "b": null, "a": [{ "y": 2, "x": 1 }], "B": { "a": 2, "Z": 1 } }""")));
}
