using System.Text;
using Distill.Pipeline.Options;

namespace Tests.Pipeline.Options;

/// <summary>Files that are no JSON at all, and encodings of text.</summary>
public sealed class JsonTextTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<Encoding> Encodings =>
        [new UTF8Encoding(true), new UTF8Encoding(false), Encoding.Unicode, Encoding.BigEndianUnicode];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData(" \r\n\t", "an empty file")]
    [InlineData("// later", "comments only")]
    [InlineData("/* later */\n", "comments only")]
    public void A_file_without_an_object_is_called_empty(string json, string found) =>
        Assert.StartsWith($"pipeline.json: found {found}, expected an object", Parsing.Message(() => Parsing.Of(json)));

    [Theory]
    [InlineData("""{ "a": { "b": 1 }""", "it ends before an object or a list is closed")]
    [InlineData("""{ "a": [""", "it ends before an object or a list is closed")]
    [InlineData("{} {}", "there is more text after its end")]
    public void The_reason_is_not_in_the_words_of_a_parser(string json, string reason) =>
        Assert.EndsWith(reason, Parsing.Message(() => Parsing.Of(json)));

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Usual_encodings_are_read(Encoding encoding)
    {
        var path = _folder.Write("p.json", "");
        File.WriteAllText(path, """{ "name": "ä" }""", encoding);

        Assert.Equal("ä", PipelineFile.Load(path, _ => null).Text("name", ""));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 0, 16 }, "found bytes that are not UTF-8")]
    [InlineData(new byte[] { (byte)'{', 0, (byte)'}', 0 }, "found bytes that are not text")]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xE4, (byte)'"' }, "found bytes that are not UTF-8")]
    public void Bytes_that_are_no_text_are_refused(byte[] content, string message)
    {
        var path = _folder.Write("p.json", "");
        File.WriteAllBytes(path, content);

        Assert.StartsWith($"{path}: {message}", Parsing.Message(() => PipelineFile.Load(path, _ => null)));
    }
}
