using Distill.Datasets.Encoded;
using Distill.Pipeline.Storage;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Datasets.Encoded;

/// <summary>Hashing many files in parallel, and stopping it.</summary>
public sealed class HashCacheTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string[] _files;

    public HashCacheTests()
    {
        _files = [.. Enumerable.Range(0, 50).Select(i => _folder.Write($"{i:00}.png", $"content {i}"))];
    }

    private string Cache => _folder["hashes.tsv"];

    private string Part => Cache + ".part";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prepared_hashes_are_those_of_the_files()
    {
        var hashes = Prepare();
        Assert.All(_files, file => Assert.Equal(FileHash.OfFile(file), hashes.Sha256(file)));
        Assert.False(File.Exists(Part));
    }

    [Fact]
    public void Files_are_decoded_in_the_pass_that_hashes_them()
    {
        File.WriteAllBytes(_files[0], Pictures.OneColor(SKColors.Red, 7, 5));
        var hashes = Prepare();
        Assert.Equal(50, hashes.Decoded);
        var header = hashes.RowOf(_files[0])!.Header;
        Assert.Equal((5, 7), (header.Height, header.Width));
        Assert.All(_files, file => Assert.Equal(Scan.Inspect(File.ReadAllBytes(file)), hashes.RowOf(file)));

        var again = Prepare();
        Assert.Equal(0, again.Decoded);
        Assert.Null(again.RowOf(_files[0]));
    }

    [Fact]
    public void Changed_files_are_hashed_again()
    {
        Prepare();
        File.WriteAllText(_files[3], "longer than before");
        Assert.Equal(FileHash.OfFile(_files[3]), Prepare().Sha256(_files[3]));
    }

    [Fact]
    public void Files_that_cannot_be_read_do_not_stop_the_others()
    {
        File.Delete(_files[7]);
        var hashes = Prepare();
        Assert.Equal(FileHash.OfFile(_files[8]), hashes.Sha256(_files[8]));
        Assert.ThrowsAny<IOException>(() => hashes.Sha256(_files[7]));
    }

    [Fact]
    public void Stopped_pass_keeps_what_it_has_hashed()
    {
        using var stop = new CancellationTokenSource();
        var lines = new List<string>();
        var stopped = new HashCache(Cache, Log, new JumpingClock(), stop.Token);
        Assert.Throws<OperationCanceledException>(() => stopped.Prepare(_files, areImages: true));
        Assert.StartsWith("Read 1 of 50 files, ", lines[0], StringComparison.Ordinal);
        Assert.InRange(Journal.Read(Part, "# hashes 2").Count, 2, 98);

        // A hash that no file has shows that the next pass takes it from the first.
        var false64 = new string('f', 64);
        File.Delete(Part);
        var info = new FileInfo(_files[9]);
        using (var journal = new Journal(Part, "# hashes 2", TimeProvider.System))
        {
            journal.Add($"image\t{false64}\trefused\twritten by hand");
            journal.Add($"{false64}\t{info.Length}\t{info.LastWriteTimeUtc.Ticks}\t{_files[9]}");
        }

        var hashes = Prepare();
        Assert.Equal(false64, hashes.Sha256(_files[9]));
        Assert.Equal("written by hand", hashes.RowOf(_files[9])!.Refusal);
        Assert.Equal(FileHash.OfFile(_files[10]), hashes.Sha256(_files[10]));
        Assert.False(File.Exists(Part));
        Assert.Equal(false64, Prepare().Sha256(_files[9]));

        void Log(string line)
        {
            lines.Add(line);
            stop.Cancel();
        }
    }

    private HashCache Prepare()
    {
        var hashes = new HashCache(Cache, _ => { }, TimeProvider.System, CancellationToken.None);
        hashes.Prepare(_files, areImages: true);
        return hashes;
    }

    /// <summary>A clock that is eleven seconds later each time it is read.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Add(ref _seconds, 11);
    }
}
