using System.Text.RegularExpressions;

namespace Distill.Pipeline.Storage;

/// <summary>The names of what is being written, so that a crash's leftovers are told from everybody else's files.</summary>
internal static partial class PartialNames
{
    /// <summary>A fresh temporary name beside <paramref name="path"/>: two writers never share one.</summary>
    public static string For(string path) => $"{path}.distill-{Guid.NewGuid().ToString("N")[..8]}.partial";

    public static bool IsOurs(string name) => OurName().IsMatch(name);

    [GeneratedRegex(@"^(.+\.distill-[0-9a-f]{8}|step-\d{8,})\.partial$")]
    private static partial Regex OurName();
}
