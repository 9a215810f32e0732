using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>Phrases that several checks use.</summary>
internal static class Phrases
{
    private const int Shown = 3;

    /// <summary>Name of a split, as in the dataset's folders.</summary>
    public static string NameOf(Split split) => split == Split.Train ? "train" : "test";

    /// <summary>Returns "1 image" or "5 images".</summary>
    public static string Count(int count, string one, string? many = null) =>
        FormattableString.Invariant($"{count} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>Returns a warning about some images of a split, with up to three of them.</summary>
    /// <param name="split">The split.</param>
    /// <param name="images">Its images.</param>
    /// <param name="found">Numbers of the images that the warning is about.</param>
    /// <param name="what">What they have in common.</param>
    /// <param name="detail">What follows the name of an example; null for nothing.</param>
    public static Finding About(Split split, ImageSet images, IReadOnlyList<int> found, string what, Func<int, string>? detail = null)
    {
        var examples = Examples(found.Select(index => Place(split, images, index) + detail?.Invoke(index)));
        return Finding.Warning(split, $"{NameOf(split)}: {found.Count} of {Count(images.Count, "image")}: {what} ({examples})");
    }

    /// <summary>Lists up to three names, and the number of others.</summary>
    public static string Examples(IEnumerable<string> names)
    {
        var all = names.ToList();
        var more = all.Count > Shown ? FormattableString.Invariant($" and {all.Count - Shown} more") : "";
        return string.Join(", ", all.Take(Shown)) + more;
    }

    /// <summary>Names an image so that its split is clear, also where images are named by their numbers.</summary>
    public static string Place(Split split, ImageSet images, int index)
    {
        var name = images.ImageName(index);
        return name.Contains('/', StringComparison.Ordinal) ? name : $"{NameOf(split)} {name}";
    }
}
