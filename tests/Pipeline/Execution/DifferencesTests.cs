using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;

namespace Tests.Pipeline.Execution;

public sealed class DifferencesTests
{
    [Theory]
    [InlineData("""[{ "name": "a", "of": 1 }]""", """[]""", """option rows.a was removed ({"name":"a","of":1})""")]
    [InlineData("""[]""", """[{ "name": "a" }]""", """option rows.a was added ({"name":"a"})""")]
    [InlineData("""[{ "name": "a" }, { "name": "b", "of": 2 }]""", """[{ "name": "b", "of": 3 }, { "name": "a" }]""",
        "option rows.b.of changed from 2 to 3")]
    [InlineData("""[{ "of": 1 }, { "of": 2 }]""", """[{ "of": 0 }]""",
        """option rows[0].of changed from 1 to 0; option rows[1] was removed ({"of":2})""")]
    [InlineData("""[{ "name": "a" }, { "name": "a" }]""", """[{ "name": "a" }, { "name": "b" }]""",
        """option rows[1].name changed from "a" to "b" """)]
    [InlineData("""[{ "name": "a" }]""", """[{ "name": 1 }]""", """option rows[0].name changed from "a" to 1""")]
    [InlineData("""[{ "operation": "flip" }]""", """[{ "operation": "crop", "area": [0.5, 1] }]""",
        """option rows[0] changed from {"operation":"flip"} to {"area":[0.5,1],"operation":"crop"}""")]
    [InlineData("""[{ "name": "a" }]""", """[1]""", """option rows changed from [{"name":"a"}] to [1]""")]
    [InlineData("""[{ "name": "a" }, { "name": "b" }]""", """[{ "name": "b" }, { "name": "a" }]""", "option rows is in another order")]
    [InlineData("[0.08, 1]", "[0.2, 1]", "option rows changed from [0.08,1] to [0.2,1]")]
    public void An_object_in_a_list_is_told_by_its_name_or_else_by_its_place(string before, string now, string differences) =>
        Assert.Equal(differences.TrimEnd(), Between(before, now));

    [Fact]
    public void Long_values_are_shortened()
    {
        var letters = new string('a', 70);

        Assert.Equal($"option rows changed from 1 to \"{letters[..59]}…", Between("1", $"\"{letters}\""));
        Assert.Equal("option rows.a was added", Between("[]", $$"""[{ "name": "a", "text": "{{letters}}" }]"""));
        Assert.Equal("option rows changed", Between($"\"{letters}\"", $"\"{letters}a\""));
    }

    private static string Between(string before, string now) => string.Join("; ", Differences.BetweenOptions(Rows(before), Rows(now)));

    private static JsonObject Rows(string text) => new() { ["rows"] = JsonNode.Parse(text) };
}
