using System.Globalization;
using Distill.Datasets.Decoding;

namespace Distill.Datasets.Encoded;

/// <summary>The result of scanning one image: its size and traits, or why it is refused.</summary>
/// <param name="Header">Size and traits; meaningless for a refused image.</param>
/// <param name="Refusal">Reason for the refusal; null for an image that can be used.</param>
/// <param name="Unread">Whether the file could not be read, which may succeed another time.</param>
internal sealed record ScanRow(ImageHeader Header, string? Refusal, bool Unread = false)
{
    /// <summary>Formats the row as a line of the cache.</summary>
    public string ToLine() => Refusal is { } reason
        ? (Unread ? "unread\t" : "refused\t") + reason.ReplaceLineEndings(" ").Replace('\t', ' ')
        : string.Create(CultureInfo.InvariantCulture, $"{Header.Height}\t{Header.Width}\t{(int)Header.Traits}");

    /// <summary>Parses a line of the cache; null if it is not one.</summary>
    public static ScanRow? Parse(string line) => line.Split('\t') switch
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
