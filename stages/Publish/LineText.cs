using System.Text;
using Distill.Pipeline.Progress;

namespace Distill.Publish;

/// <summary>Writes names that may contain anything into Markdown.</summary>
internal static class LineText
{
    private const string Special = "\\`*_<>[]|#~$";

    /// <summary>Returns a name as text of a Markdown line or table: no markup, no HTML, no line break.</summary>
    public static string Markdown(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in OneLine.Of(name))
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
