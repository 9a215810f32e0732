using System.Globalization;
using System.Text;
using System.Text.Json;
using Distill.Datasets.Images;

namespace Distill.Datasets.Shards;

/// <summary>Parses class numbers, or −1 for none, in members of a sample.</summary>
internal static class TarLabel
{
    private static readonly string[] Keys = ["label", "class", "cls"];

    /// <summary>Parses a number in text.</summary>
    public static (int? Label, string? Problem) ParseText(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content).Trim();
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var label) && label >= ImageSet.Unlabeled
            ? (label, null)
            : (null, $"contains \"{Shorten(text)}\", expected the number of a class");
    }

    /// <summary>Parses the value of the first usual key of a JSON object; null if the object has none, or null there.</summary>
    public static (int? Label, string? Problem) ParseJson(ReadOnlyMemory<byte> content)
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
                        : (null, $"contains \"{key}\": {Shorten(value.GetRawText())}, expected the number of a class");
                }
            }

            return (null, null);
        }
        catch (JsonException error)
        {
            return (null, $"is not valid JSON: {error.Message}");
        }
    }

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
