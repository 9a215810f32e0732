using System.Globalization;
using System.Text;
using System.Text.Json;
using Distill.Datasets.Images;

namespace Distill.Datasets.Shards;

/// <summary>Reads the number of a class, or −1 for none, out of a member of a sample.</summary>
internal static class TarLabel
{
    private static readonly string[] Keys = ["label", "class", "cls"];

    /// <summary>A number in text.</summary>
    public static (int? Label, string? Problem) OfText(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content).Trim();
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var label) && label >= ImageSet.Unlabeled
            ? (label, null)
            : (null, $"contains \"{Shown(text)}\", expected the number of a class");
    }

    /// <summary>The first of the usual keys of an object; none of them, or null, is no label.</summary>
    public static (int? Label, string? Problem) OfJson(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (null, null);
            }

            foreach (var key in Keys)
            {
                if (document.RootElement.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null)
                {
                    return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var label) && label >= ImageSet.Unlabeled
                        ? (label, null)
                        : (null, $"contains \"{key}\": {Shown(value.GetRawText())}, expected the number of a class");
                }
            }

            return (null, null);
        }
        catch (JsonException error)
        {
            return (null, $"is not valid JSON: {error.Message}");
        }
    }

    private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
