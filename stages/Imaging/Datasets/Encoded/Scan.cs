using Stages.Imaging.Datasets.Decoding;
using Stages.Pipeline.Progress;
using Stages.Pipeline.Storage;

namespace Stages.Imaging.Datasets.Encoded;

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
        if (Cached(cache, head) is { } known && known.Count == images.Count)
        {
            return known;
        }

        var rows = new ScanRow[images.Count];
        var (began, reported, done) = (time.GetTimestamp(), time.GetTimestamp(), 0);
        var saying = new Lock();
        Parallel.For(0, images.Count, index =>
        {
            rows[index] = Look(images[index]);
            var count = Interlocked.Increment(ref done);
            lock (saying)
            {
                if (time.GetElapsedTime(reported) >= ReportEvery)
                {
                    reported = time.GetTimestamp();
                    var left = time.GetElapsedTime(began) * ((double)(images.Count - count) / count);
                    log($"Looked at {count} of {images.Count} images, {Wording.Duration(left)} left");
                }
            }
        });
        Durable.WriteText(cache, string.Concat(rows.Select(row => row.ToLine() + "\n").Prepend(head + "\n")));
        return rows;
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
            return new ScanRow(default, $"cannot be read: {error.Message}");
        }
    }

    private static List<ScanRow>? Cached(string path, string head)
    {
        if (!File.Exists(path) || File.ReadLines(path).FirstOrDefault() != head)
        {
            return null;
        }

        var lines = File.ReadAllLines(path)[1..];
        var rows = lines.Select(ScanRow.FromLine).OfType<ScanRow>().ToList();
        return rows.Count == lines.Length ? rows : null;
    }
}
