using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Tests.English;

/// <summary>A piece of English text of the project, with the place where a reader finds it.</summary>
/// <param name="Place">File and line, or assembly.</param>
/// <param name="Text">The text without code.</param>
internal sealed record Passage(string Place, string Text);

/// <summary>Collects the English text of the project: documents, comments, string literals and names of tests.</summary>
internal static partial class Prose
{
    private static readonly string[] CodeFolders = ["stages", "benchmarks", "tests"];

    /// <summary>
    /// Markdown documents without their code. The cards of published models are left out: their text is the product's own.
    /// </summary>
    public static IEnumerable<Passage> Documents() => Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
        .Where(path => !Generated(path) && !Relative(path).StartsWith("models/zoo/fashion-mnist-resnet18", StringComparison.Ordinal))
        .SelectMany(
            path => Lines(path, CodeBlock().Replace(File.ReadAllText(path), block => new string('\n', block.Value.Count(c => c == '\n')))))
        .Select(passage => passage with { Text = WithoutCode(passage.Text) });

    /// <summary>XML documentation and comments of all C# files.</summary>
    public static IEnumerable<Passage> Comments() => Sources()
        .SelectMany(path => Lines(path, File.ReadAllText(path)))
        .Select(passage => passage with { Text = CommentOf(passage.Text) })
        .Where(passage => passage.Text.Length > 0);

    /// <summary>Names of tests, underscores as blanks.</summary>
    public static IEnumerable<Passage> TestNames() => Sources()
        .Where(path => Relative(path).StartsWith("tests/", StringComparison.Ordinal))
        .SelectMany(path => Lines(path, File.ReadAllText(path)))
        .Select(passage => passage with { Text = TestName().Match(passage.Text).Groups[1].Value.Replace('_', ' ') })
        .Where(passage => passage.Text.Contains(' ', StringComparison.Ordinal));

    /// <summary>
    /// String literals of the product that have more than one word. An interpolated one comes in the pieces between its values.
    /// </summary>
    public static IEnumerable<Passage> Literals() => Directory.GetFiles(AppContext.BaseDirectory, "Distill.*.dll")
        .Append(Path.Combine(AppContext.BaseDirectory, "distill.dll"))
        .SelectMany(path => Literals(path).Select(text => new Passage(Path.GetFileName(path), text)))
        .Where(literal => literal.Text.Contains(' ', StringComparison.Ordinal) && !Member().IsMatch(literal.Text));

    /// <summary>Comments of the shipped pipelines.</summary>
    public static IEnumerable<Passage> PipelineComments() => Directory.GetFiles(
        Path.Combine(Repository.Root, "stages", "Cli", "Presets"), "*.json")
        .SelectMany(path => Lines(path, File.ReadAllText(path)))
        .Where(passage => passage.Text.TrimStart().StartsWith("\"//", StringComparison.Ordinal));

    /// <summary>All C# files.</summary>
    public static IEnumerable<string> Sources() => CodeFolders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(path => !Generated(path));

    public static string Relative(string path) => Path.GetRelativePath(Repository.Root, path);

    private static IEnumerable<Passage> Lines(string path, string text) =>
        text.Split('\n').Select((line, i) => new Passage(FormattableString.Invariant($"{Relative(path)}:{i + 1}"), line));

    private static bool Generated(string path) => Relative(path).Split('/').Any(
        folder => folder is "bin" or "obj" or "TestResults" or ".git" or "node_modules")
        || IsRun(Relative(path));

    /// <summary>Whether a file belongs to a run of a user, whose card the product wrote.</summary>
    private static bool IsRun(string path) => path.StartsWith("models/", StringComparison.Ordinal)
        && !path.StartsWith("models/zoo/", StringComparison.Ordinal)
        && path != "models/README.md";

    private static string CommentOf(string line) =>
        Comment().Match(line) is { Success: true } comment ? WithoutCode(Tag().Replace(comment.Groups[1].Value, " ")) : "";

    private static string WithoutCode(string text) => Link().Replace(CodeSpan().Replace(text, " "), "$1 ");

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

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`]*`|<c>.*?</c>|<code>.*?</code>|<see[^>]*>|<paramref[^>]*>|https?://\\S+|\"[^\"]*\"")]
    private static partial Regex CodeSpan();

    /// <summary>A Markdown link: its text stays, its target goes.</summary>
    [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?:^|\s)//+\s?(.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"public (?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex TestName();

    /// <summary>The text that the compiler writes into a record's ToString.</summary>
    [GeneratedRegex(@"^(, )?\w+ = $")]
    private static partial Regex Member();
}
