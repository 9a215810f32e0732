using System.Text.Json;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// Images of any size in the formats of photographs, from whatever lists them. One that cannot be decoded is named, counted and left
/// out; it never becomes a black picture.
/// </summary>
/// <param name="listing">Lists the images.</param>
/// <param name="options">How they are to be read.</param>
/// <param name="cache">A folder for what is known of files: hashes, sizes, reports.</param>
/// <param name="log">Takes lines for people.</param>
internal sealed class EncodedDataset(IListing listing, DatasetOptions options, string cache, Action<string> log) : IDataset
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<Split, string> _fingerprints = [];

    public string Name => listing.Name;

    public ImageSet Train() => Read(Split.Train);

    public ImageSet Test() => Read(Split.Test);

    public string TrainFingerprint() => FingerprintOf(Split.Train);

    public string TestFingerprint() => FingerprintOf(Split.Test);

    public SplitReport? Report(Split split)
    {
        var (images, rows) = Look(split);
        return SplitReport.Of(options.Folder, split, images, rows, listing.LeftOut(split));
    }

    private ImageSet Read(Split split)
    {
        var (images, rows) = Look(split);
        var report = SplitReport.Of(options.Folder, split, images, rows, listing.LeftOut(split));
        Tell(report);

        List<int> kept = [.. Enumerable.Range(0, images.Count).Where(index => rows[index].Refusal is null)];
        if (kept.Count == 0)
        {
            throw new UserException(
                $"None of the {report.Refused.Count} {(split == Split.Test ? "test " : "")}images of {options.Folder} can be used. " +
                string.Join("; ", report.Reasons.Select(reason => FormattableString.Invariant($"{reason.Count}: {reason.Reason}"))));
        }

        List<EncodedImage> used = [.. kept.Select(index => images[index])];
        var pixels = new EncodedPixels(
            used,
            [.. kept.Select(index => (rows[index].Header.Height, rows[index].Header.Width))],
            options.Channels,
            options.ShorterSide,
            options.CacheMiB * (1L << 20));
        return new ImageSet(
            Name,
            new ImageShape(options.Channels, options.ImageSize, options.ImageSize),
            pixels,
            [.. used.Select(image => image.Label)],
            listing.ClassNames,
            [.. used.Select(image => image.Name)])
        { CenterCrop = options.CenterCrop };
    }

    /// <summary>The images of a split and what is known of each. A test image without a class has no right answer, and is left out.</summary>
    private (IReadOnlyList<EncodedImage> Images, IReadOnlyList<ScanRow> Rows) Look(Split split)
    {
        var images = listing.Images(split);
        var rows = Scan.Of(images, FingerprintOf(split), CacheFile(split, "scan.tsv"), log, TimeProvider.System);
        return split == Split.Train
            ? (images, rows)
            : (images, [.. images.Zip(rows, (image, row) => image.Label == ImageSet.Unlabeled && row.Refusal is null
                ? new ScanRow(row.Header, "a test image without a class")
                : row)]);
    }

    private void Tell(SplitReport report)
    {
        foreach (var (name, reason) in report.Refused)
        {
            log($"Skipped {Path.Combine(options.Folder, name)}: {reason}");
        }

        log(report.Summary);
        Durable.WriteText(CacheFile(report.Split, "report.json"), report.ToJson().ToJsonString(Indented) + "\n");
    }

    /// <summary>Over the files, and over all options that change what a network gets to see of them.</summary>
    private string FingerprintOf(Split split)
    {
        if (!_fingerprints.TryGetValue(split, out var fingerprint))
        {
            var hashes = new HashCache(CacheFile(split, "hashes.tsv"));
            var reading = FormattableString.Invariant(
                $"{options.Kind} {options.Channels} {options.ImageSize} {options.ShorterSide} {options.CenterCrop} {Decoding.ImageDecoder.Version}");
            var classes = string.Join('\n', listing.ClassNames);
            fingerprint = FileHash.OfText($"{Fingerprint.Of(listing.Files(split, hashes))}\n{reading}\n{classes}");
            hashes.Save();
            _fingerprints.Add(split, fingerprint);
        }

        return fingerprint;
    }

    /// <summary>Data sets of one name in different folders keep apart.</summary>
    private string CacheFile(Split split, string kind)
    {
        var place = FileHash.OfText(Path.GetFullPath(options.Folder))[..8];
        return Path.Combine(cache, $"{Name}-{place}-{(split == Split.Train ? "train" : "test")}.{kind}");
    }
}
