using Distill.Datasets.Decoding;
using Distill.Pipeline.Progress;

namespace Distill.Datasets.Encoded;

/// <summary>
/// The first look at a split: every image is decoded once, on all cores, so that a damaged one is found before the training and
/// not in its third day. What was found is kept beside, under the split's fingerprint, and not looked for again.
/// </summary>
internal static class Scan
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    /// <param name="images">The images, in order.</param>
    /// <param name="fingerprint">Of the files that hold them.</param>
    /// <param name="cache">The file to keep the result in.</param>
    /// <param name="log">Takes a line of progress now and then.</param>
    /// <param name="time">The clock.</param>
    /// <returns>A row an image.</returns>
    public static IReadOnlyList<ScanRow> Of(
        IReadOnlyList<EncodedImage> images, string fingerprint, string cache, Action<string> log, TimeProvider time)
    {
        var head = FormattableString.Invariant($"# decoder {ImageDecoder.Version}, files {fingerprint}");
        var rows = Cached(cache, head, images.Count);
        // A file that a disk or a network refused to give is asked for again each time.
        int[] unknown = [.. Enumerable.Range(0, images.Count).Where(index => rows[index] is not { Unread: false })];
        if (unknown.Length == 0)
        {
            return rows!;
        }

        var (began, reported, done) = (time.GetTimestamp(), time.GetTimestamp(), 0);
        var saying = new Lock();
        Parallel.ForEach(unknown, index =>
        {
            rows[index] = Look(images[index]);
            var count = Interlocked.Increment(ref done);
            lock (saying)
            {
                if (time.GetElapsedTime(reported) >= ReportEvery)
                {
                    reported = time.GetTimestamp();
                    var left = time.GetElapsedTime(began) * ((double)(unknown.Length - count) / count);
                    log($"Checked {count} of {unknown.Length} images, {Wording.Duration(left)} left");
                }
            }
        });
        RememberedLines.Write(cache, rows.Select(row => row!.ToLine()).Prepend(head));
        return rows!;
    }

    private static ScanRow Look(EncodedImage image)
    {
        try
        {
            return new ScanRow(ImageDecoder.Decode(image.ReadBytes(), channels: 3).Header, null);
        }
        catch (RefusedImageException refusal)
        {
            return new ScanRow(default, refusal.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ScanRow(default, $"cannot be read: {error.Message}", Unread: true);
        }
    }

    /// <summary>A row an image, null for those of which nothing is known.</summary>
    private static ScanRow?[] Cached(string path, string head, int images) =>
        RememberedLines.Read(path) is [var first, .. var lines] && first == head && lines.Length == images
            ? [.. lines.Select(ScanRow.FromLine)]
            : new ScanRow?[images];
}
