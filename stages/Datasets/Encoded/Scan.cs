using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// The first pass over a split: decodes every image once, on all cores, so a damaged one is found before training and not on its third day.
/// The result is cached under the split's fingerprint.
/// </summary>
internal static class Scan
{
    /// <summary>Increment it when a row of the cache has another content.</summary>
    private const int Version = 2;

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    /// <summary>Scans the images, or reads the cached result.</summary>
    /// <param name="images">Images of the split.</param>
    /// <param name="fingerprint">Fingerprint of the split's files.</param>
    /// <param name="cache">Path of the file for the result.</param>
    /// <param name="log">Takes one line of progress every ten seconds.</param>
    /// <param name="time">Clock.</param>
    /// <returns>One row per image.</returns>
    public static IReadOnlyList<ScanRow> Run(
        IReadOnlyList<EncodedImage> images, string fingerprint, string cache, Action<string> log, TimeProvider time)
    {
        var head = FormattableString.Invariant($"# scan {Version}, decoder {ImageDecoder.Version}, files {fingerprint}");
        var rows = Cached(cache, head, images.Count);
        // A file that a disk or a network failed to deliver is read again each time.
        int[] unknown = [.. Enumerable.Range(0, images.Count).Where(index => rows[index] is not { Unread: false })];
        if (unknown.Length == 0)
        {
            return rows!;
        }

        var (began, reported, done) = (time.GetTimestamp(), time.GetTimestamp(), 0);
        var reporting = new Lock();
        FirstError.Of(() => Parallel.ForEach(unknown, index =>
        {
            rows[index] = Inspect(images[index]);
            var count = Interlocked.Increment(ref done);
            lock (reporting)
            {
                if (time.GetElapsedTime(reported) >= ReportEvery)
                {
                    reported = time.GetTimestamp();
                    var left = time.GetElapsedTime(began) * ((double)(unknown.Length - count) / count);
                    log($"Checked {count} of {unknown.Length} images, {Wording.Duration(left)} left");
                }
            }
        }));
        CachedLines.Write(cache, rows.Select(row => row!.ToLine()).Prepend(head));
        return rows!;
    }

    private static ScanRow Inspect(EncodedImage image)
    {
        if (image.Problem is { } problem)
        {
            return new ScanRow(default, problem);
        }

        try
        {
            var (header, pixels) = ImageDecoder.Decode(image.ReadBytes(), channels: 3);
            return new ScanRow(header, null) { Facts = PixelFacts.Of(pixels) };
        }
        catch (RefusedImageException refusal)
        {
            return new ScanRow(default, refusal.Message);
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
