using System.Globalization;
using System.Text;

namespace Distill.Publish;

/// <summary>Writes text as YAML scalars.</summary>
internal static class YamlText
{
    /// <summary>
    /// Returns a double-quoted scalar (YAML 1.2.2, section 7.3.1), which no reader takes for a number, a Boolean, a key or a comment.
    /// Everything that prints stays as it is, 🐱 included. JSON may write these as two escapes, which YAML reads as two letters.
    /// </summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when !Prints(rune) => $"\\u{rune.Value:X4}",
                _ => rune.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Whether a letter or sign may stand in a YAML file as it is: no control, no line break, no byte order mark.</summary>
    private static bool Prints(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        && rune.Value is not (0xFEFF or 0xFFFE or 0xFFFF);
}
