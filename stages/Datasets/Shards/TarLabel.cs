using System.Globalization;
using System.Text;
using System.Text.Json;
using Distill.Datasets.Images;

namespace Distill.Datasets.Shards;

/// <summary>The label in a member of a sample: the number of a class, −1 for none, or the name of a class.</summary>
/// <param name="Number">Class number, or <see cref="ImageSet.Unlabeled"/>.</param>
/// <param name="Name">Name of the class; null for a number.</param>
/// <param name="Problem">Why the member contains no label, to follow its name; null if it contains one, or none is expected.</param>
internal sealed record TarLabel(int Number, string? Name, string? Problem)
{
    public static readonly TarLabel None = new(ImageSet.Unlabeled, null, null);

    private static readonly string[] Keys = ["label", "class", "cls"];

    /// <summary>Parses a number or a name.</summary>
    public static TarLabel ParseText(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content).Trim('\uFEFF', ' ', '\t', '\r', '\n');
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var label) && label >= ImageSet.Unlabeled)
        {
            return new TarLabel(label, null, null);
        }

        // A number that is none of a class is a mistake, not a name.
        return double.TryParse(text, CultureInfo.InvariantCulture, out _) || LabelNames.Problem(text) is not null
            ? Wrong($"contains \"{Shorten(text)}\"")
            : new TarLabel(ImageSet.Unlabeled, text, null);
    }

    /// <summary>Parses the value of the first usual key of a JSON object; no label if the object has none, or null there.</summary>
    public static TarLabel ParseJson(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return new TarLabel(
                    ImageSet.Unlabeled, null, $"contains {Shorten(root.GetRawText())}, expected an object with a key \"label\"");
            }

            foreach (var key in Keys)
            {
                if (root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null)
                {
                    return Parse(key, value);
                }
            }

            return None;
        }
        catch (JsonException error)
        {
            return new TarLabel(ImageSet.Unlabeled, null, $"is not valid JSON: {error.Message.Split(" LineNumber:")[0]}");
        }
    }

    private static TarLabel Parse(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var label) && label >= ImageSet.Unlabeled)
        {
            return new TarLabel(label, null, null);
        }

        return value.ValueKind == JsonValueKind.String && LabelNames.Problem(value.GetString()!) is null
            ? new TarLabel(ImageSet.Unlabeled, value.GetString(), null)
            : Wrong($"contains \"{key}\": {Shorten(value.GetRawText())}");
    }

    private static TarLabel Wrong(string found) =>
        new(ImageSet.Unlabeled, null, $"{found}, expected the number or the name of a class");

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
