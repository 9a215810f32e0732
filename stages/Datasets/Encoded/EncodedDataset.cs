using System.Globalization;
using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Datasets.Packs;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// Images of any size in the formats of photographs. An image that cannot be decoded is logged, counted and skipped; it never becomes a
/// black image.
/// </summary>
/// <param name="listing">List of the images.</param>
/// <param name="options">Options of the dataset.</param>
/// <param name="cache">Folder of the cache for hashes, sizes and reports.</param>
/// <param name="log">Takes one line per skipped image, one line of summary per split, and progress.</param>
/// <param name="cancellation">Stops the first look at the files, which the next one continues.</param>
internal sealed class EncodedDataset(
    IListing listing, DatasetOptions options, string cache, Action<string> log, CancellationToken cancellation) : IDataset
{
    private readonly Dictionary<Split, string> _fingerprints = [];

    /// <summary>The files whose fingerprints are known.</summary>
    private readonly Dictionary<Split, IReadOnlyList<DatasetFile>> _files = [];

    public string Name => listing.Name;

    public ImageSet Train() => Read(Split.Train);

    public ImageSet Test() => Read(Split.Test);

    public string TrainFingerprint() => FingerprintOf(Split.Train);

    public string TestFingerprint() => FingerprintOf(Split.Test);

    public SplitReport? Report(Split split)
    {
        var (images, rows) = Inspect(split);
        return SplitReport.Create(options.Folder, split, images, rows, listing.SkippedFiles(split), Usable(split, images, rows));
    }

    private ImageSet Read(Split split)
    {
        var report = Report(split)!;
        LogAndSave(report);
        return report.Images ?? throw Nothing(split, report);
    }

    /// <summary>Returns the images that the scan did not refuse; null if there are none.</summary>
    private ImageSet? Usable(Split split, IReadOnlyList<EncodedImage> images, IReadOnlyList<ScanRow> rows)
    {
        List<int> kept = [.. Enumerable.Range(0, images.Count).Where(index => rows[index].Refusal is null)];
        if (kept.Count == 0)
        {
            return null;
        }

        List<EncodedImage> used = [.. kept.Select(index => images[index])];
        var packed = split == Split.Train && options.Pack;
        var pixels = new EncodedPixels(
            used,
            [.. kept.Select(index => (rows[index].Header.Height, rows[index].Header.Width))],
            options.Channels,
            options.ShorterSide,
            packed ? 0 : options.CacheMiB * (1L << 20));
        return new ImageSet(
            Name,
            new ImageShape(options.Channels, options.ImageSize, options.ImageSize),
            packed ? PackOf(pixels, used) : pixels,
            [.. used.Select(image => image.Label)],
            listing.ClassNames,
            [.. used.Select(image => image.Name)])
        {
            CenterCrop = options.CenterCrop,
            ShorterSide = options.ShorterSide,
        };
    }

    /// <summary>
    /// Returns the pack of the training images. Everything that decides its pixels is a part of its origin. Options with which pipelines
    /// read other images of one folder, or in another size, are a part of its name, so that none of them replaces the pack of another.
    /// </summary>
    private PixelPack PackOf(EncodedPixels pixels, List<EncodedImage> used)
    {
        var names = string.Concat(used.Select(image => image.Name + "\n"));
        var origin = FileHash.OfText(
            $"{Fingerprint.FromPixels(_files[Split.Train])}\n{ImageDecoder.Version} {options.ShorterSide}\n{names}");
        var scale = options.ShorterSide is { } side ? FormattableString.Invariant($"{side}") : "full";
        var folder = CacheFile(Split.Train, FormattableString.Invariant($"{scale}x{options.Channels}-{options.TrainingImages()}.pack"));
        return new PixelPack(folder, origin, used.Count, options.Channels, pixels, log, TimeProvider.System);
    }

    private UserException Nothing(Split split, SplitReport report)
    {
        var images = listing.Images(split).Count;
        var noun = split == Split.Test ? "test images" : "images";
        var reasons = string.Join("; ", SkipSummary.Grouped(report.Refused)
            .Select(group => FormattableString.Invariant($"{group.Count}: {group.Reason} ({group.Names})")));
        return new UserException(
            (images == 0
                ? $"Found no {noun} in {options.Folder}: its files contain none."
                : FormattableString.Invariant($"None of the {images} {noun} of {options.Folder} can be used."))
            + (reasons.Length > 0 ? $" Skipped {reasons}" : ""));
    }

    /// <summary>Lists and scans the images of a split. A test image without a class is skipped, because no answer would be right.</summary>
    private (IReadOnlyList<EncodedImage> Images, IReadOnlyList<ScanRow> Rows) Inspect(Split split)
    {
        var fingerprint = FingerprintOf(split);
        var images = listing.Images(split);
        var rows = ScanOf(split, fingerprint, _ => null);
        return split == Split.Train
            ? (images, rows)
            : (images, [.. images.Zip(rows, (image, row) => image.Label == ImageSet.Unlabeled && row.Refusal is null
                ? row with { Refusal = "a test image without a class" }
                : row)]);
    }

    private IReadOnlyList<ScanRow> ScanOf(Split split, string fingerprint, Func<EncodedImage, ScanRow?> known) =>
        Scan.Run(listing.Images(split), known, fingerprint, CacheFile(split, "scan.tsv"), log, TimeProvider.System, cancellation);

    private void LogAndSave(SplitReport report)
    {
        foreach (var line in SkipSummary.Lines(options.Folder, report.Refused))
        {
            log(line);
        }

        log(report.Summary);
        Durable.WriteText(CacheFile(report.Split, "report.json"), report.ToJson().ToJsonString(JsonFormat.Indented) + "\n");
    }

    /// <summary>Hashes the files and all options that change what a network sees of them.</summary>
    private string FingerprintOf(Split split)
    {
        if (!_fingerprints.TryGetValue(split, out var fingerprint))
        {
            var hashes = new HashCache(CacheFile(split, "hashes.tsv"), log, TimeProvider.System, cancellation);
            var reading = string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Kind} {options.Channels} {options.ImageSize} {options.ShorterSide} {options.CenterCrop} {ImageDecoder.Version}");
            var classes = string.Join('\n', listing.ClassNames);
            _files[split] = listing.Files(split, hashes);
            fingerprint = FileHash.OfText($"{Fingerprint.FromFiles(_files[split])}\n{reading}\n{classes}");
            hashes.Save();
            if (hashes.Decoded > _files[split].Count / 2)
            {
                // What was decoded would be lost with the object. A few new files are not worth a scan that may not be needed.
                ScanOf(split, fingerprint, image => hashes.RowOf(image.Path));
            }

            _fingerprints.Add(split, fingerprint);
        }

        return fingerprint;
    }

    private string CacheFile(Split split, string kind) =>
        Path.Combine(cache, $"{options.CacheName()}-{(split == Split.Train ? "train" : "test")}.{kind}");
}
