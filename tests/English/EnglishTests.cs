using System.Text.RegularExpressions;

namespace Tests.English;

/// <summary>
/// Keeps the English of documents, comments, messages and names of tests plain and American. CONTRIBUTING.md has the rules.
/// </summary>
public sealed partial class EnglishTests
{
    private const int LongestLine = 140;
    private const int LongestFile = 200;

    /// <summary>Regular endings, and what the word has in their place.</summary>
    private static readonly (string Suffix, string[] Stems)[] Endings =
    [
        ("'s", [""]), ("ies", ["y"]), ("ied", ["y"]), ("es", ["", "e"]), ("s", [""]), ("ed", ["", "e"]), ("ing", ["", "e"]), ("ly", [""]),
        ("er", ["", "e"]),
    ];

    private static readonly HashSet<string> Words =
        [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "English", "words.txt")).Where(line => line.Length > 0)];

    public static TheoryData<string> Kinds => ["documents", "comments", "literals", "tests", "presets"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Texts_have_no_denied_wording(string kind)
    {
        var found = Passages(kind)
            .Select(passage => (passage, match: Denied().Match(passage.Text)))
            .Where(item => item.match.Success)
            .Select(item => $"{item.passage.Place}: \"{item.match.Value}\" in: {item.passage.Text.Trim()}")
            .ToArray();

        Assert.True(found.Length == 0,
            $"{found.Length} denied wordings (CONTRIBUTING.md says what to write):\n" + string.Join('\n', found));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Words_are_in_the_word_list(string kind)
    {
        var unknown = Passages(kind)
            .SelectMany(passage =>
                Word().Matches(passage.Text).Select(word => (passage.Place, Word: word.Value.ToLowerInvariant().Replace('’', '\''))))
            .Where(item => !IsKnown(item.Word))
            .GroupBy(item => item.Word, item => item.Place)
            .Select(word => $"{word.Key} ({word.First()})")
            .Order(StringComparer.Ordinal)
            .ToArray();

        Assert.True(
            unknown.Length == 0,
            $"{unknown.Length} words are not in tests/English/words.txt: correct the spelling (American), or add them there:\n"
                + string.Join('\n', unknown));
    }

    [Fact]
    public void Word_list_is_sorted_and_has_no_British_spelling()
    {
        var words = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "English", "words.txt"));

        Assert.Equal(words.Distinct().Order(StringComparer.Ordinal), words);
        Assert.DoesNotContain(words, word => British().IsMatch(word));
    }

    [Fact]
    public void Lines_of_code_fit_the_limit()
    {
        var found = Prose.Sources()
            .SelectMany(path => File.ReadLines(path).Select((line, i) => (Place: $"{Prose.Relative(path)}:{i + 1}", line.Length)))
            .Where(line => line.Length > LongestLine)
            .Select(line => $"{line.Place} ({line.Length})")
            .ToArray();

        Assert.True(found.Length == 0, $"{found.Length} lines are longer than {LongestLine}:\n" + string.Join('\n', found));
    }

    [Fact]
    public void Files_of_the_product_fit_the_limit() => Assert.Empty(
        Prose.Sources().Where(
            path => Prose.Relative(path).StartsWith("stages/", StringComparison.Ordinal) && File.ReadLines(path).Count() > LongestFile)
            .Select(Prose.Relative));

    [Theory]
    [InlineData("which is no file")]
    [InlineData("a number of [0, 1]")]
    [InlineData("holds bias, which this network has not")]
    [InlineData("knows it not")]
    [InlineData("Run every stage afresh.")]
    [InlineData("4 views an image")]
    [InlineData("one of each a channel")]
    [InlineData("A folder with a folder of images a class")]
    [InlineData("a column an image")]
    [InlineData("a cut run")]
    [InlineData("it goes on where it was")]
    [InlineData("the whole road")]
    public void Denied_wordings_are_found(string text) => Assert.Matches(Denied(), text);

    [Theory]
    [InlineData("there is no longer a file")]
    [InlineData("of 1 to 2")]
    [InlineData("has not been written")]
    [InlineData("one row per class")]
    public void Plain_wordings_are_not_found(string text) => Assert.DoesNotMatch(Denied(), text);

    [Theory]
    [InlineData("labelled")]
    [InlineData("colour")]
    [InlineData("normalised")]
    [InlineData("greyscale")]
    [InlineData("learnt")]
    public void British_spellings_are_found(string word) => Assert.Matches(British(), word);

    /// <summary>Whether the list has the word, or the word without a regular ending.</summary>
    private static bool IsKnown(string word) => Words.Contains(word) || Endings.Any(ending =>
        word.EndsWith(ending.Suffix, StringComparison.Ordinal)
        && word.Length >= ending.Suffix.Length + 2
        && ending.Stems.Any(stem => Words.Contains(word[..^ending.Suffix.Length] + stem)));

    private static IEnumerable<Passage> Passages(string kind) => kind switch
    {
        "documents" => Prose.Documents(),
        "comments" => Prose.Comments(),
        "literals" => Prose.Literals(),
        "tests" => Prose.TestNames(),
        _ => Prose.PipelineComments(),
    };

    [GeneratedRegex(
        @"(?<!there )\bis no (?!longer|more|t\b|different|such|larger|smaller|worse|better)|\bof \[\d"
        + @"|\b(has|have) not(?= *[.,;:)]|$)|\bknows? (it|them) not\b|\bdata sets?\b"
        + @"|\b(afresh|anew|oftener|thriftier|whereof|therein|hitherto|lest)\b"
        + @"|\ba (row|line|bar|tap|file|column|folder|label|class|step|view) an? [a-z]+\b"
        + @"|\b(views|images|labels|numbers|one of each|rows?|columns?) an? (image|class|channel|row|step|batch|view|label)\b"
        + @"|\bgoes on\b|\bthe (whole )?road\b|\ba cut (run|one)\b|\bwhat was said\b|\bno oftener\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Denied();

    /// <summary>Spellings that are not American, and verbs in -ise.</summary>
    [GeneratedRegex(
        @"labell|colour|\bgrey|grey|neighbour|centre|artefact|licence|learnt|behaviour|favour|catalogue|programme"
        + @"|(normal|real|organ|recogn|optim|minim|maxim|initial|serial|synchron|special|final|general|quant)is(e|ed|es|ing|ation|er)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex British();

    /// <summary>A word of at least three letters outside of an identifier, a path, a number or a formula.</summary>
    [GeneratedRegex(@"(?<![\w./\\@#$%_-])[A-Za-z][a-z]{2,}(?:['’][a-z]+)?(?![\w/\\_(]|\.\w|-\d|[A-Z])")]
    private static partial Regex Word();
}
