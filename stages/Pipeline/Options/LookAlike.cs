using System.Globalization;
using System.Text;

namespace Distill.Pipeline.Options;

/// <summary>
/// Explains names that look alike in a message but differ: by upper and lower case, by blanks, by invisible characters, or by the form of
/// their accents, of which macOS and Linux write different ones.
/// </summary>
public static class LookAlike
{
    /// <summary>Returns " (differs from …)" for a name that looks like a known one, else an empty text.</summary>
    public static string Note(string name, IEnumerable<string> known)
    {
        foreach (var other in known.Where(other => other != name))
        {
            if (Difference(name, other) is { } difference)
            {
                return $" (differs from \"{other}\" only in {difference})";
            }
        }

        return "";
    }

    /// <summary>Returns the names that look like an earlier one, each in quotation marks and with its note.</summary>
    public static IEnumerable<string> Notes(IEnumerable<string> names)
    {
        // There may be thousands of names, so only those with the same key are compared in pairs.
        foreach (var alike in names.Distinct().GroupBy(KeyOf).Select(group => group.ToList()))
        {
            for (var i = 1; i < alike.Count; i++)
            {
                if (Note(alike[i], alike.Take(i)) is { Length: > 0 } note)
                {
                    yield return $"\"{alike[i]}\"{note}";
                }
            }
        }
    }

    /// <summary>Returns a text that is equal for names that look alike, but also for some that do not.</summary>
    private static string KeyOf(string name) => string.Concat(Letters(Visible(name))
        .Select(letter => letter is [<= '\u007F' and var plain] ? char.ToUpperInvariant(plain) : '\u0080'));

    private static string? Difference(string one, string two) =>
        one.Equals(two, StringComparison.OrdinalIgnoreCase) ? "upper and lower case"
        : Visible(one) == Visible(two) ? "blanks or invisible characters"
        : SameAccents(one, two) ? "how its accents are encoded (Unicode NFC or NFD)"
        : Visible(one).Equals(Visible(two), StringComparison.OrdinalIgnoreCase) ? "case and blanks"
        : null;

    private static string Visible(string text) => string.Concat(text.Where(c =>
        !char.IsWhiteSpace(c) && !char.IsControl(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format));

    // The program runs without ICU, so strings cannot be normalized. A base letter with marks on one side faces one letter on the other.
    private static bool SameAccents(string one, string two)
    {
        var (a, b) = (Letters(one), Letters(two));
        return a.Count == b.Count && a.Zip(b).All(pair => pair.First == pair.Second || IsAccentOf(pair.First, pair.Second)
            || IsAccentOf(pair.Second, pair.First));
    }

    private static bool IsAccentOf(string marked, string letter) => marked.Length > 1 && letter is [> '\u007F'];

    private static List<string> Letters(string text)
    {
        var letters = new List<StringBuilder>();
        foreach (var c in text)
        {
            if (letters.Count > 0 && char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
            {
                letters[^1].Append(c);
            }
            else
            {
                letters.Add(new StringBuilder().Append(c));
            }
        }

        return letters.ConvertAll(letter => letter.ToString());
    }
}
