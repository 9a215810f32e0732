using Distill.Datasets.Encoded;
using Distill.Datasets.Images;

namespace Distill.Datasets.Folders;

/// <summary>
/// A listing that has no test images of its own and holds out a fraction of each class for testing: the images with the smallest hashes of
/// their content. So the names of files do not matter, and images that are added move few others. No copy of a held-out image, labeled or
/// not, is for training.
/// </summary>
/// <param name="all">The images, all of them in <see cref="Split.Train"/>.</param>
/// <param name="fraction">
/// Fraction of the images of each class to hold out, above 0 and below 1. Of two images or more, one is held out and one is not.
/// </param>
internal sealed class HeldOutListing(IListing all, double fraction) : IListing
{
    private ILookup<Split?, (EncodedImage Image, DatasetFile File)>? _splits;

    public string Name => all.Name;

    public IReadOnlyList<string> ClassNames => all.ClassNames;

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes)
    {
        if (_splits is null)
        {
            var files = all.Files(Split.Train, hashes);
            var images = all.Images(Split.Train);
            var heldOut = HeldOut(images);
            _splits = images.Zip(files).ToLookup(entry => SplitOf(entry.First, heldOut), entry => (entry.First, entry.Second));
        }

        return [.. _splits[split].Select(entry => entry.File)];
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The files were not hashed before, see <see cref="Files"/>.</exception>
    public IReadOnlyList<EncodedImage> Images(Split split) => _splits is { } splits
        ? [.. splits[split].Select(entry => entry.Image)]
        : throw new InvalidOperationException("an image's split is not known before its hash");

    public IReadOnlyList<(string Name, string Reason)> SkippedFiles(Split split) => split == Split.Train
        ? [.. all.SkippedFiles(split), .. Copies.Select(image => (image.Name, "a copy of an image that is held out for testing"))]
        : [];

    private IEnumerable<EncodedImage> Copies => _splits?[null].Select(entry => entry.Image) ?? [];

    /// <summary>Returns the split of an image; null for an unlabeled copy of a test image, which is in none.</summary>
    private static Split? SplitOf(EncodedImage image, HashSet<string> heldOut) =>
        !heldOut.Contains(HashOf(image)) ? Split.Train : image.Label == ImageSet.Unlabeled ? null : Split.Test;

    /// <summary>Returns the hashes of the images that are held out.</summary>
    private HashSet<string> HeldOut(IReadOnlyList<EncodedImage> images) =>
    [
        .. images.Where(image => image.Label != ImageSet.Unlabeled && image.Sha256 is not null)
            .Select(image => (image.Label, Hash: HashOf(image)))
            .Distinct()
            .GroupBy(image => image.Label)
            .SelectMany(members => members.OrderBy(image => image.Hash, StringComparer.Ordinal).Take(CountOf(members.Count())))
            .Select(image => image.Hash),
    ];

    private int CountOf(int images) =>
        images < 2 ? 0 : Math.Clamp((int)Math.Round(fraction * images, MidpointRounding.AwayFromZero), 1, images - 1);

    // An image whose file cannot be read has no hash; the scan of the training images reports it.
    private static string HashOf(EncodedImage image) => image.Sha256 is { } hash ? Convert.ToHexString(hash.Span) : "";
}
