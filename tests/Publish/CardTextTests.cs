using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets.Images;
using Distill.Learning.Networks;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Publish;
using Tests.Pipeline;
using YamlDotNet.Serialization;

namespace Tests.Publish;

/// <summary>Names and licenses of any text in a model card, as YAML readers and Markdown readers see them.</summary>
public sealed class CardTextTests : IDisposable
{
    private static readonly string[] Names =
    [
        "katzen🐱", "👩‍👩‍👧‍👦 family", "𝔊othic", "two\nlines", "carriage\rreturn", "tab\tbed", "next\u0085line",
        "separator\u2028 and \u2029",
        "\uFEFFmark", "bell\a", "\"double\" and 'single'", "key: value", "- dash", "-", "--- three", "# comment", "trailing #", "no", "yes",
        "null", "~", "true", "1e3", "0x10", "2026-11-28", "*alias", "&anchor", "!tag", "|", ">", "%percent", "@at", "`tick`", "{brace}",
        "[bracket]", "back\\slash", "\\n", " leading", "trailing ", "", "Füchse", "日本語", new('x', 5000),
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    [Trait("Category", "Process")]
    public void PyYAML_reads_every_name_as_it_is()
    {
        string[] cards = [.. Names.Select((name, i) => _folder.Write($"{i}.md", Card(name).Text()))];
        var script = Path.Combine(Repository.Root, "tests", "Publish", "python", "front_matter.py");
        var read = JsonNode.Parse(PythonFactAttribute.Run([script, .. cards]))!;
        Assert.All(Names.Index(), name => AssertHasName(name.Item, read[name.Index]!["model-index"]![0]!));
    }

    [Fact]
    public void YamlDotNet_reads_every_name_as_it_is() => Assert.All(
        Names,
        name => Assert.Equal(name, new Deserializer().Deserialize<Dictionary<string, string>>($"name: {YamlText.Quoted(name)}")["name"]));

    [Fact]
    public void Half_of_a_pair_of_UTF16_units_is_replaced() =>
        Assert.Equal("\"a\uFFFDb\"", YamlText.Quoted("a\uD83Db"));

    [Theory]
    [InlineData("two\nlines", """two\nlines""")]
    [InlineData("a\r\nb\tc", """a\r\nb\tc""")]
    [InlineData("a\u0085b\u2028c\u2029d\ve", """a\u0085b\u2028c\u2029d\u000Be""")]
    [InlineData("katzen🐱, no # escape", "katzen🐱, no # escape")]
    public void Labels_take_one_line_each(string name, string line) => Assert.Equal(line, OneLine.Of(name));

    [Theory]
    [InlineData("T-shirt/top", "T-shirt/top")]
    [InlineData("a|b", """a\|b""")]
    [InlineData("<b>*bold*</b>", """\<b\>\*bold\*\</b\>""")]
    [InlineData("[link](x) `code` #", """\[link\](x) \`code\` \#""")]
    [InlineData("brown_bear", """brown\_bear""")]
    [InlineData("two\nlines", """two\\nlines""")]
    public void Markdown_shows_a_name_as_it_is(string name, string text) => Assert.Equal(text, LineText.Markdown(name));

    [Fact]
    public void No_name_adds_a_line_to_the_card() => Assert.All(
        Names,
        name => Assert.Equal(Card("x").Text().Count(letter => letter == '\n'), Card(name).Text().Split('\n').Length - 1));

    [Theory]
    [InlineData("mit", "mit", null)]
    [InlineData("Apache-2.0", "apache-2.0", null)]
    [InlineData(" CC-BY-SA-4.0 ", "cc-by-sa-4.0", null)]
    [InlineData("unknown", "unknown", null)]
    [InlineData("proprietary", "other", "proprietary")]
    [InlineData("My License: v2 (draft)", "other", "my-license--v2--draft")]
    [InlineData("GPL-3.0-only", "other", "gpl-3.0-only")]
    [InlineData("no", "other", "no")]
    [InlineData("🐱", "other", "custom")]
    [InlineData("", "other", "custom")]
    public void License_is_an_identifier_of_the_Hub_or_other_with_a_name(string license, string id, string? name)
    {
        var front = new Deserializer().Deserialize<Dictionary<string, object>>(Card("x", license).Text().Split("---\n")[1]);
        Assert.Equal(id, front["license"]);
        Assert.Equal(name, front.GetValueOrDefault("license_name"));
    }

    [Theory]
    [InlineData(null, "imagefolder")]
    [InlineData("uoft-cs/cifar10", "uoft-cs/cifar10")]
    public void Only_an_identifier_of_the_Hub_links_to_a_dataset(string? id, string type)
    {
        var front = new Deserializer().Deserialize<Dictionary<string, object>>(Card("photos", hubDataset: id).Text().Split("---\n")[1]);
        Assert.Equal(id, ((List<object>?)front.GetValueOrDefault("datasets"))?.Single());
        dynamic model = ((List<object>)front["model-index"]).Single();
        Assert.Equal("photos", model["results"][0]["dataset"]["name"]);
        Assert.Equal(type, model["results"][0]["dataset"]["type"]);
    }

    private static void AssertHasName(string name, JsonNode model)
    {
        Assert.Equal(name, (string?)model["results"]![0]!["dataset"]!["name"]);
        Assert.Equal($"ResNet-18 trained with SimCLRv2 on {name}", (string?)model["name"]);
    }

    private static ModelCard Card(string name, string license = "mit", string? hubDataset = null) => new(
        new ModelConfig(new NetworkOptions(Architecture.ResNet18, 1, Stem.Small), new ImageShape(3, 32, 32), [name, "other"], 1, 1),
        new PublishOptions("teacher", license, null, hubDataset, null, null),
        name,
        PublishedExample.Results,
        PublishedExample.Exports,
        new Dictionary<string, LockEntry>());
}
