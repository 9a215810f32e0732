using System.Text;

namespace Distill.Pipeline.Progress;

/// <summary>Writes names that may contain anything, such as those of classes, into lines and tables.</summary>
public static class OneLine
{
    /// <summary>Returns a name on one line. Controls and line breaks become escapes such as \n and \u2028.</summary>
    public static string Of(string name)
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
}
