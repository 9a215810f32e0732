using System.Text.RegularExpressions;

namespace Distill.Pipeline.Storage;

/// <summary>Names of files and folders that are being written, which distinguish a crash's leftovers from other programs' files.</summary>
internal static partial class PartialNames
{
    /// <summary>Returns a new temporary name beside <paramref name="path"/>. Two writers never share one.</summary>
    public static string For(string path) => $"{path}.distill-{Guid.NewGuid().ToString("N")[..8]}.partial";

    /// <summary>Whether this program gave the name to something that it was writing.</summary>
    public static bool IsPartial(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"^(.+\.distill-[0-9a-f]{8}|step-\d{8,})\.partial$")]
    private static partial Regex Pattern();
}
