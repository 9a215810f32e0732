using System.Globalization;
using Distill.Datasets.Decoding;

namespace Distill.Datasets.Encoded;

/// <summary>What a first look at an image found: its size and traits, or why it is refused.</summary>
/// <param name="Header">Size and traits; of no meaning for a refused image.</param>
/// <param name="Refusal">Why it is left out; null for an image that can be used.</param>
/// <param name="Unread">Whether its file could not be read, which another time it may be.</param>
internal sealed record ScanRow(ImageHeader Header, string? Refusal, bool Unread = false)
{
    /// <summary>A line of the scan's cache.</summary>
    public string ToLine() => Refusal is { } reason
        ? (Unread ? "unread\t" : "refused\t") + reason.ReplaceLineEndings(" ").Replace('\t', ' ')
        : string.Create(CultureInfo.InvariantCulture, $"{Header.Height}\t{Header.Width}\t{(int)Header.Traits}");

    /// <summary>Reads such a line; null for any other.</summary>
    public static ScanRow? FromLine(string line) => line.Split('\t') switch
    {
        ["refused", var reason] => new ScanRow(default, reason),
        ["unread", var reason] => new ScanRow(default, reason, Unread: true),
        [var height, var width, var traits]
            when int.TryParse(height, CultureInfo.InvariantCulture, out var h)
                && int.TryParse(width, CultureInfo.InvariantCulture, out var w)
                && int.TryParse(traits, CultureInfo.InvariantCulture, out var t)
            => new ScanRow(new ImageHeader(h, w, (ImageTraits)t), null),
        _ => null,
    };
}
