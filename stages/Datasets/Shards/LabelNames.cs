using System.Globalization;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>Labels of containers that are names of classes instead of numbers. They become classes in ordinal order.</summary>
internal static class LabelNames
{
    private const int MaxLength = 200;

    /// <summary>Returns what is wrong with a name; null if it can be the name of a class.</summary>
    public static string? Problem(string name) =>
        string.IsNullOrWhiteSpace(name) ? "found an empty label, expected the number or the name of a class"
        : name.Length > MaxLength ? $"found a label of {name.Length} characters, expected the number or the name of a class"
        : name.Any(char.IsControl) || name.Contains('\uFFFD', StringComparison.Ordinal)
            ? "found a label with control or invalid characters, expected the number or the name of a class"
        : null;

    /// <summary>Returns the names of all training images in ordinal order; null if they have numbers.</summary>
    public static IReadOnlyList<string>? Of(IReadOnlyList<EncodedImage> train)
    {
        List<string> names = [.. train.Select(image => image.ClassName).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        return names.Count > 0 ? names : null;
    }

    /// <summary>Refuses numbers in a split if training images have names, because nothing tells the number of a name.</summary>
    /// <exception cref="UserException">An image has a number for a label, and a training image has a name.</exception>
    public static void RefuseNumbers(IReadOnlyList<EncodedImage> train, IReadOnlyList<EncodedImage> images, string folder)
    {
        if (train.FirstOrDefault(image => image.ClassName is not null) is { } named
            && images.FirstOrDefault(image => image.ClassName is null && image.Label != ImageSet.Unlabeled) is { } numbered)
        {
            throw Mixed(named, numbered, folder);
        }
    }

    /// <summary>Replaces names by numbers.</summary>
    /// <exception cref="UserException">A name is not among the classes.</exception>
    public static IReadOnlyList<EncodedImage> Resolve(IReadOnlyList<EncodedImage> images, IReadOnlyList<string> classes, string folder)
    {
        if (!images.Any(image => image.ClassName is not null))
        {
            return images;
        }

        var numbers = classes.Index().DistinctBy(entry => entry.Item).ToDictionary(entry => entry.Item, entry => entry.Index);
        return
        [
            .. images.Select(image => image.ClassName is not { } name ? image
                : numbers.TryGetValue(name, out var number) ? image with { Label = number, ClassName = null }
                : throw new UserException(
                    $"{Path.Combine(folder, image.Name)} has the label \"{name}\", "
                    + $"expected one of {string.Join(", ", classes)}{LookAlike.Note(name, classes)}")),
        ];
    }

    private static UserException Mixed(EncodedImage named, EncodedImage numbered, string folder) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{folder}: {named.Name} has the label \"{named.ClassName}\" and {numbered.Name} has {numbered.Label}; "
        + $"expected names or numbers only; dataset.classes can give the names by number"));
}
