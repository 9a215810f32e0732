using System.Text.RegularExpressions;

namespace Tests;

/// <summary>Links of the documents lead to existing files and headings.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] Folders = ["docs", "data", Path.Combine("models", "zoo")];

    public static TheoryData<string> Documents =>
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md").Append(Path.Combine(Repository.Root, "models", "README.md"))
            .Concat(Folders.SelectMany(Markdown))
            .Select(path => Path.GetRelativePath(Repository.Root, path)),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_within_the_repository_leads_somewhere(string document)
    {
        var path = Path.Combine(Repository.Root, document);

        var broken = Link().Matches(Prose(path)).Select(link => link.Groups[1].Value)
            .Where(link => !link.StartsWith("http", StringComparison.Ordinal) && !Leads(path, link));

        Assert.Empty(broken);
    }

    private static IEnumerable<string> Markdown(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories);

    /// <summary>The changelog may name what is gone.</summary>
    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_in_code_type_exists(string document)
    {
        if (document == "CHANGELOG.md")
        {
            return;
        }

        var text = Code().Replace(File.ReadAllText(Path.Combine(Repository.Root, document)), "");
        var missing = PathInCode().Matches(text).Select(path => path.Groups[1].Value)
            .Where(path => !path.Contains("NAME", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Repository.Root, path)));

        Assert.Empty(missing);
    }

    [Fact]
    public void Readme_fits_on_two_screens() => Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "README.md")).Count(), 1, 130);

    private static bool Leads(string from, string link)
    {
        var parts = link.Split('#');
        var target = parts[0].Length == 0 ? from : Path.Combine(Path.GetDirectoryName(from)!, parts[0]);
        return parts.Length == 1
            ? Path.Exists(target)
            : File.Exists(target) && Heading().Matches(Prose(target)).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]);
    }

    /// <summary>Returns the text outside code blocks, where a # would start a comment.</summary>
    private static string Prose(string path) => Code().Replace(File.ReadAllText(path), "");

    /// <summary>Forms a heading's anchor by GitHub's rule: lower case, hyphens for spaces, no punctuation.</summary>
    private static string Anchor(string heading) => Punctuation().Replace(heading.Trim(), "").Replace(' ', '-').ToLowerInvariant();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    /// <summary>A path of the repository in a code span.</summary>
    [GeneratedRegex(@"`((?:stages|tests|benchmarks|docs|data/sample|models/zoo)/[\w./-]*\w)`")]
    private static partial Regex PathInCode();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();
}
