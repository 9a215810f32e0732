using Distill.Datasets;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Datasets.Encoded;

/// <summary>The cache of the scan: when it is used, and when files are scanned again.</summary>
public sealed class ScanTests : IDisposable
{
    private static readonly DateTime WriteTime = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly TempFolder _folder = new();

    public ScanTests()
    {
        Directory.CreateDirectory(_folder["train/a"]);
        foreach (var i in Enumerable.Range(0, 5))
        {
            Write($"{i}.png", Pictures.OneColor(SKColors.Red, 8 + i, 8));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_cached_scan_is_used_while_the_files_are_unchanged()
    {
        var first = Report();
        // The same length and write time as before: only reading the file reveals the change.
        Write("2.png", new byte[new FileInfo(_folder["train/a/2.png"]).Length]);

        Assert.Equal(first.Used, Report().Used);

        // Without the cached hashes the file is hashed, differs, and all images are scanned again.
        File.Delete(Cache("hashes.tsv"));
        Assert.Equal((4, 1), (Report().Used, Report().Refused.Count));
    }

    [Fact]
    public void A_fingerprint_reads_every_file_once_and_the_scan_none()
    {
        Open().TrainFingerprint();
        Write("2.png", new byte[new FileInfo(_folder["train/a/2.png"]).Length]);
        Assert.Equal((5, 0), (Report().Used, Report().Refused.Count));
    }

    [Fact]
    public void What_is_known_is_kept_if_the_rest_of_a_scan_is_stopped()
    {
        EncodedImage[] images = [.. Enumerable.Range(0, 5).Select(i => new EncodedImage($"{i}", _folder["none"], 0, 1, 0))];
        Assert.ThrowsAny<OperationCanceledException>(
            () => Run(image => image.Name[0] < '3' ? new ScanRow(default, "known") : null, new CancellationToken(canceled: true)));

        var rows = Run(_ => null, CancellationToken.None);
        Assert.Equal(["known", "known", "known"], rows.Take(3).Select(row => row.Refusal));
        Assert.All(rows.Skip(3), row => Assert.True(row.Unread));

        IReadOnlyList<ScanRow> Run(Func<EncodedImage, ScanRow?> known, CancellationToken cancellation) =>
            Scan.Run(images, known, "fingerprint", _folder["other.scan.tsv"], _ => { }, TimeProvider.System, cancellation);
    }

    [Fact]
    public void A_stopped_scan_continues_where_it_was()
    {
        Report();
        var scan = File.ReadAllLines(Cache("scan.tsv"));
        File.Delete(Cache("scan.tsv"));
        // The second line is the head, and the next ones are the rows. A size that no image has shows where a row comes from.
        using (var journal = new Journal(Part(), scan[1], TimeProvider.System))
        {
            journal.Add("3\t" + scan[5].Replace("8\t11\t", "8\t99\t"));
            journal.Add("77\t" + scan[5]);
            journal.Add("no number\t" + scan[5]);
        }

        Assert.Equal([(8, 8), (8, 9), (8, 10), (8, 99), (8, 12)], Sizes());
        Assert.False(File.Exists(Part()));

        string Part() => Cache("hashes.tsv").Replace("hashes.tsv", "scan.tsv.part");
    }

    [Fact]
    public void A_changed_file_is_scanned_again()
    {
        Report();
        File.WriteAllText(_folder["train/a/2.png"], "no image");
        var report = Report();

        Assert.Equal(("train/a/2.png", "not an image of a known format"), Assert.Single(report.Refused));
        Assert.Equal(4, report.Used);
    }

    [Theory]
    [InlineData("scan.tsv")]
    [InlineData("hashes.tsv")]
    public void A_damaged_cache_only_costs_time(string cache)
    {
        var (sizes, fingerprint) = (Sizes(), Open().TrainFingerprint());
        var intact = File.ReadAllBytes(Cache(cache));
        for (var at = 0; at < intact.Length; at += 7)
        {
            var damaged = intact.ToArray();
            damaged[at] ^= 1;
            File.WriteAllBytes(Cache(cache), damaged);
            Assert.Equal(sizes, Sizes());
            Assert.Equal(fingerprint, Open().TrainFingerprint());
            Assert.Equal(intact, File.ReadAllBytes(Cache(cache)));
        }

        File.WriteAllBytes(Cache(cache), intact[..(intact.Length / 2)]);
        Assert.Equal(sizes, Sizes());

        File.WriteAllBytes(Cache(cache), []);
        Assert.Equal(sizes, Sizes());
    }

    [Fact]
    public void An_unreadable_file_is_reported_and_read_again_each_time()
    {
        File.CreateSymbolicLink(_folder["train/a/9.png"], _folder["elsewhere.png"]);
        var (name, reason) = Assert.Single(Report().Refused);

        Assert.Equal("train/a/9.png", name);
        Assert.StartsWith("cannot be read: ", reason, StringComparison.Ordinal);

        var without = Open().TrainFingerprint();
        File.WriteAllBytes(_folder["elsewhere.png"], Pictures.OneColor(SKColors.Red, 8, 8));

        Assert.Equal((6, 0), (Report().Used, Report().Refused.Count));
        Assert.NotEqual(without, Open().TrainFingerprint());
    }

    [Fact]
    public void A_link_is_treated_as_its_target()
    {
        var target = _folder["elsewhere.png"];
        File.WriteAllBytes(target, Pictures.OneColor(SKColors.Red, 30, 20));
        File.CreateSymbolicLink(_folder["between.png"], target);
        File.CreateSymbolicLink(_folder["train/a/9.png"], _folder["between.png"]);

        Assert.Equal((20, 30), Sizes()[^1]);
        Assert.Equal(new byte[] { 255, 0, 0 }, new[] { 0, 600, 1200 }.Select(at => Open().Train().Pixels.Decode(5).Pixels[at]));

        var before = Open().TrainFingerprint();
        File.WriteAllBytes(target, Pictures.OneColor(SKColors.Blue, 30, 21));

        Assert.NotEqual(before, Open().TrainFingerprint());
        Assert.Equal((21, 30), Sizes()[^1]);
    }

    private string Cache(string kind) => Directory.GetFiles(_folder["index"], $"*-train.{kind}").Single();

    private SplitReport Report() => Open().Report(Split.Train)!;

    private (int, int)[] Sizes()
    {
        var train = Open().Train();
        return [.. Enumerable.Range(0, train.Count).Select(train.Pixels.SizeOf)];
    }

    private void Write(string name, byte[] content)
    {
        File.WriteAllBytes(_folder[$"train/a/{name}"], content);
        File.SetLastWriteTimeUtc(_folder[$"train/a/{name}"], WriteTime);
    }

    private IDataset Open() => DatasetCatalog.Open(new DatasetOptions(DatasetKind.Folder, _folder.Path, 8, 3), _ => { }, _folder["index"]);
}
