using Distill.Pipeline.Options;

namespace Distill.Publish;

/// <summary>The identifier of a dataset on the Hugging Face Hub, which a model card links to.</summary>
internal static class HubDatasetId
{
    private const int MostLetters = 96;

    /// <summary>Reads the option; null if absent. A folder of images has none, and its name may be that of another dataset.</summary>
    /// <exception cref="UserException">The value cannot be an identifier.</exception>
    public static string? Read(JsonSection section, string key)
    {
        var id = section.OptionalText(
            key, "Identifier of the dataset on the Hugging Face Hub, such as microsoft/cats_vs_dogs, for the card. Default: none.");
        return id is null || IsValid(id)
            ? id
            : throw section.Error(
                key, $"found \"{id}\", expected NAME or OWNER/NAME of letters, digits, and - _ . between them, or null for none");
    }

    private static bool IsValid(string id)
    {
        var parts = id.Split('/');
        return parts.Length <= 2 && parts.All(IsName) && !id.EndsWith(".git", StringComparison.Ordinal);
    }

    private static bool IsName(string part) =>
        part.Length is > 0 and <= MostLetters
        && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
        && part[0] is not ('-' or '.')
        && part[^1] is not ('-' or '.')
        && !part.Contains("--", StringComparison.Ordinal)
        && !part.Contains("..", StringComparison.Ordinal);
}
