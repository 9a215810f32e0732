using System.Globalization;
using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// The first pass over a split: decodes every image once, on all cores, so a damaged one is found before training and not on its third day.
/// The result is cached under the split's fingerprint. A scan that was stopped continues where it was.
/// </summary>
internal static class Scan
{
    /// <summary>Increment it when a row of the cache has another content.</summary>
    private const int Version = 2;

    /// <summary>Scans the images, or reads the cached result.</summary>
    /// <param name="images">Images of the split.</param>
    /// <param name="known">Returns what is known of an image already, or null.</param>
    /// <param name="fingerprint">Fingerprint of the split's files.</param>
    /// <param name="cache">Path of the file for the result.</param>
    /// <param name="log">Takes one line of progress every ten seconds.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellation">Stops the scan; what it has found is kept.</param>
    /// <returns>One row per image.</returns>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public static IReadOnlyList<ScanRow> Run(
        IReadOnlyList<EncodedImage> images,
        Func<EncodedImage, ScanRow?> known,
        string fingerprint,
        string cache,
        Action<string> log,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var head = FormattableString.Invariant($"# scan {Version}, decoder {ImageDecoder.Version}, files {fingerprint}");
        var rows = Cached(cache, head, images.Count);
        if (rows.Any(IsMissing))
        {
            var part = cache + ".part";
            Recall(Journal.Read(part, head), rows);
            Take(known, images, rows, new Journal(part, head, time));
            InspectMissing(images, rows, part, head, log, time, cancellation);
            CachedLines.Write(cache, rows.Select(row => row!.ToLine()).Prepend(head));
            File.Delete(part);
        }

        return rows!;
    }

    /// <summary>A file that a disk or a network failed to deliver is read again each time.</summary>
    private static bool IsMissing(ScanRow? row) => row is not { Unread: false };

    /// <summary>Fills in the rows that an interrupted scan has found.</summary>
    private static void Recall(IReadOnlyList<string> lines, ScanRow?[] rows)
    {
        foreach (var line in lines)
        {
            if (line.Split('\t', 2) is [var number, var row] && int.TryParse(number, CultureInfo.InvariantCulture, out var index)
                && (uint)index < rows.Length)
            {
                rows[index] = ScanRow.Parse(row);
            }
        }
    }

    /// <summary>Takes what is known of images, and keeps it in case that the rest of the scan is stopped.</summary>
    private static void Take(Func<EncodedImage, ScanRow?> known, IReadOnlyList<EncodedImage> images, ScanRow?[] rows, Journal journal)
    {
        using (journal)
        {
            for (var index = 0; index < rows.Length; index++)
            {
                if (rows[index] is null && images[index].Problem is null && known(images[index]) is { } row)
                {
                    rows[index] = row;
                    journal.Add(Line(index, row));
                }
            }
        }
    }

    private static string Line(int index, ScanRow row) => FormattableString.Invariant($"{index}\t{row.ToLine()}");

    private static void InspectMissing(
        IReadOnlyList<EncodedImage> images,
        ScanRow?[] rows,
        string part,
        string head,
        Action<string> log,
        TimeProvider time,
        CancellationToken cancellation)
    {
        int[] missing = [.. Enumerable.Range(0, images.Count).Where(index => IsMissing(rows[index]))];
        var progress = new PassProgress("Checked", "images", missing.Length, log, time);
        using var journal = new Journal(part, head, time);
        FirstError.Of(() => Parallel.ForEach(missing, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            var row = Inspect(images[index]);
            rows[index] = row;
            journal.Add(Line(index, row));
            progress.Add();
        }));
    }

    /// <summary>Decodes an image.</summary>
    public static ScanRow Inspect(byte[] bytes)
    {
        try
        {
            var (header, pixels) = ImageDecoder.Decode(bytes, channels: 3);
            return new ScanRow(header, null) { Facts = PixelFacts.Of(pixels) };
        }
        catch (RefusedImageException refusal)
        {
            return new ScanRow(default, refusal.Message);
        }
    }

    private static ScanRow Inspect(EncodedImage image)
    {
        if (image.Problem is { } problem)
        {
            return new ScanRow(default, problem);
        }

        try
        {
            return Inspect(image.ReadBytes());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ScanRow(default, $"cannot be read: {ReadFailure.Reason(error)}", Unread: true);
        }
    }

    /// <summary>Returns one row per image; null for unknown images.</summary>
    private static ScanRow?[] Cached(string path, string head, int images) =>
        CachedLines.Read(path) is [var first, .. var lines] && first == head && lines.Length == images
            ? [.. lines.Select(ScanRow.Parse)]
            : new ScanRow?[images];
}
