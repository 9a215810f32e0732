using System.Globalization;
using Distill.Datasets.Decoding;
using Distill.Datasets.Images;

namespace Distill.Datasets.Encoded;

/// <summary>The result of scanning one image: its size, traits and facts about its pixels, or why it is refused.</summary>
/// <param name="Header">Size and traits; meaningless for a refused image.</param>
/// <param name="Refusal">Reason for the refusal; null for an image that can be used.</param>
/// <param name="Unread">Whether the file could not be read, which may succeed another time.</param>
internal sealed record ScanRow(ImageHeader Header, string? Refusal, bool Unread = false)
{
    /// <summary>Facts about the pixels; meaningless for a refused image.</summary>
    public PixelFacts Facts { get; init; }

    /// <summary>Formats the row as a line of the cache.</summary>
    public string ToLine() => Refusal is { } reason
        ? (Unread ? "unread\t" : "refused\t") + reason.ReplaceLineEndings(" ").Replace('\t', ' ')
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Header.Height}\t{Header.Width}\t{(int)Header.Traits}\t{Facts.Darkest}\t{Facts.Brightest}\t{Facts.Contrast}\t")
            + string.Create(CultureInfo.InvariantCulture, $"{(Facts.IsGray ? 1 : 0)}\t{Facts.Content:x32}");

    /// <summary>Parses a line of the cache; null if it is not one.</summary>
    public static ScanRow? Parse(string line) => line.Split('\t') switch
    {
        ["refused", var reason] => new ScanRow(default, reason),
        ["unread", var reason] => new ScanRow(default, reason, Unread: true),
        [var height, var width, var traits, var darkest, var brightest, var contrast, var gray, var content]
            when int.TryParse(height, CultureInfo.InvariantCulture, out var h)
                && int.TryParse(width, CultureInfo.InvariantCulture, out var w)
                && int.TryParse(traits, CultureInfo.InvariantCulture, out var t)
                && byte.TryParse(darkest, CultureInfo.InvariantCulture, out var least)
                && byte.TryParse(brightest, CultureInfo.InvariantCulture, out var most)
                && byte.TryParse(contrast, CultureInfo.InvariantCulture, out var range)
                && UInt128.TryParse(content, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hash)
            => new ScanRow(new ImageHeader(h, w, (ImageTraits)t), null)
            {
                Facts = new PixelFacts(least, most, range, gray == "1", hash),
            },
        _ => null,
    };
}
