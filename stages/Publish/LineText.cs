using System.Text;

namespace Distill.Publish;

/// <summary>Writes names that may contain anything into texts of lines.</summary>
internal static class LineText
{
    private const string Special = "\\`*_<>[]|#~$";

    /// <summary>Returns a name on one line. Controls and line breaks become escapes such as \n and \u2028.</summary>
    public static string OneLine(string name)
    {
        var line = new StringBuilder();
        foreach (var letter in name)
        {
            line.Append(letter switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(letter) || letter is '\u2028' or '\u2029' => $"\\u{(int)letter:X4}",
                _ => letter.ToString(),
            });
        }

        return line.ToString();
    }

    /// <summary>Returns a name as text of a Markdown line or table: no markup, no HTML, no line break.</summary>
    public static string Markdown(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in OneLine(name))
        {
            if (Special.Contains(letter, StringComparison.Ordinal))
            {
                text.Append('\\');
            }

            text.Append(letter);
        }

        return text.ToString();
    }
}
