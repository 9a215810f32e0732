using System.Globalization;
using ParquetSharp;
using Tests.Cli;

namespace Tests.Crashes;

/// <summary>
/// Kills of labeling while it writes shards. An independent Parquet reader always sees complete shards, and finally each row once, in
/// order.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public sealed class ShardTests : IDisposable
{
    private static readonly string[] Places =
    [
        "create soft targets:1:half", "write soft targets:3:half", "write soft targets:40:half", "sync soft targets:1:whole",
        "rename soft targets:1:half", "rename hash:1:whole", "write soft targets:30:whole", "create soft targets:2:half",
        "sync soft targets:2:half", "rename soft targets:2:half",
    ];

    private readonly ManyImages _images = new();

    [Fact]
    public void Readers_see_complete_shards_and_each_row_once_in_order()
    {
        var reads = 0;
        var problem = (Exception?)null;
        using var stop = new CancellationTokenSource();
        var reader = new Thread(() =>
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    reads += ReadShards();
                }
            }
            catch (Exception error)
            {
                problem = error;
            }
        });
        reader.Start();

        var kills = 0;
        var log = Path.Combine(Folder, "kills.log");
        foreach (var place in Places)
        {
            using var process = new DistillProcess(Folder, StartupHook.KillingAt(place, log), "run");
            kills += process.Finish().ExitCode == 137 ? 1 : 0;
        }

        var last = DistillProcess.Run(Folder, "run");
        stop.Cancel();
        reader.Join();

        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.True(problem is null, problem?.ToString());
        Assert.True(kills >= Places.Length / 2, $"only {kills} kills");
        Assert.True(reads > 0, "no reads while shards were written");
        Assert.Equal(3, ReadShards());
    }

    public void Dispose() => _images.Dispose();

    private string Folder => _images.Pipeline.Folder;

    /// <summary>Reads every shard, and checks that it has all its rows in order.</summary>
    /// <returns>Number of shards.</returns>
    private int ReadShards()
    {
        if (!Directory.Exists(_images.Shards))
        {
            return 0;
        }

        var paths = Directory.GetFiles(_images.Shards, "*.parquet").Order(StringComparer.Ordinal).ToArray();
        foreach (var path in paths)
        {
            var number = int.Parse(Path.GetFileNameWithoutExtension(path)["part-".Length..], CultureInfo.InvariantCulture);
            var first = ManyImages.PerShard * number;
            var count = Math.Min(ManyImages.PerShard, ManyImages.Count - first);
            var (images, views) = Read(path);
            Assert.Equal(Enumerable.Range(first, count).SelectMany(image => Enumerable.Repeat(image, ManyImages.Views)), images);
            Assert.Equal(Enumerable.Range(0, count).SelectMany(_ => Enumerable.Range(0, ManyImages.Views)), views);
        }

        return paths.Length;
    }

    private static (List<int> Images, List<int> Views) Read(string path)
    {
        using var file = new ParquetFileReader(path);
        var (images, views) = (new List<int>(), new List<int>());
        for (var i = 0; i < file.FileMetaData.NumRowGroups; i++)
        {
            using var group = file.RowGroup(i);
            images.AddRange(Column(group, 0));
            views.AddRange(Column(group, 1));
        }

        return (images, views);
    }

    private static int[] Column(RowGroupReader group, int column)
    {
        using var reader = group.Column(column).LogicalReader<int>();
        return reader.ReadAll((int)group.MetaData.NumRows);
    }
}
