using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Tests;

/// <summary>Keeps what users read in plain American English: a deny list over the string literals of the built product.</summary>
public sealed partial class EnglishTests
{
    /// <summary>Names of keys, values and folders that keep their spelling, as they are quoted in sentences.</summary>
    private static readonly string[] Names = ["unlabelled/", "\"unlabelled\""];

    [Fact]
    public void Texts_for_users_are_plain_English()
    {
        var assemblies = Directory.GetFiles(AppContext.BaseDirectory, "Distill.*.dll").Append(Path.Combine(AppContext.BaseDirectory, "distill.dll"));
        var found = assemblies.SelectMany(path => Literals(path).Select(text => (path, text)))
            .Where(literal => literal.text.Contains(' ', StringComparison.Ordinal) && !Member().IsMatch(literal.text) && IsDenied(literal.text))
            .Select(literal => $"{Path.GetFileName(literal.path)}: {literal.text}")
            .ToArray();
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("which is no file")]
    [InlineData("a number of [0, 1]")]
    [InlineData("holds bias, which this network has not")]
    [InlineData("knows it not")]
    [InlineData("Run every stage afresh.")]
    [InlineData("Noise was learnt from")]
    [InlineData("Write the list of labelled images")]
    [InlineData("4 views an image")]
    [InlineData("one of each a channel")]
    [InlineData("A folder with a folder of images a class")]
    [InlineData("a column an image")]
    [InlineData("a cut run goes on where it was")]
    [InlineData("the whole road")]
    public void Other_wordings_are_found(string text) => Assert.True(IsDenied(text));

    [Theory]
    [InlineData("there is no longer a file")]
    [InlineData("of 1 to 2")]
    [InlineData("has not been written")]
    [InlineData("put images without a class into unlabelled/ ")]
    [InlineData("one row per class")]
    public void Plain_wordings_are_not_found(string text) => Assert.False(IsDenied(text));

    /// <summary>The string literals of an assembly's source; an interpolated one in the pieces between its values.</summary>
    private static List<string> Literals(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var literals = new List<string>();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            literals.Add(metadata.GetUserString(handle));
        }

        return literals;
    }

    private static bool IsDenied(string text) => Denied().IsMatch(Names.Aggregate(text, (rest, name) => rest.Replace(name, "", StringComparison.Ordinal)));

    [GeneratedRegex(
        @"\bis no (?!longer|more|t\b)|\bof \[\d|\bhas not\b(?! been)|\bknows? it not\b"
        + @"|\b(afresh|anew|learnt|oftener|thriftier|unlabelled|labelled|labelling|greyscale|licence|normalis|data set)\w*"
        + @"|\ba (row|line|bar|tap|file|image|column) an? [a-z]+\b|\b(views|images|labels|numbers|one of each) an? (image|class|channel|row|step|batch)\b"
        + @"|\bgoes on\b|\bthe (whole )?road\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Denied();

    /// <summary>What the compiler writes into a record's ToString.</summary>
    [GeneratedRegex(@"^(, )?\w+ = $")]
    private static partial Regex Member();
}
