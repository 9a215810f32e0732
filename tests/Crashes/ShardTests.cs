using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Learning.Randomness;
using ParquetSharp;
using Tests.Cli;
using Tests.Pipeline;

namespace Tests.Crashes;

/// <summary>
/// Kills of labeling while it writes shards. An independent Parquet reader always sees complete shards, and finally each row once, in
/// order.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public sealed class ShardTests : IDisposable
{
    private const int Images = 25_000;
    private const int Views = 2;
    private const int ImagesPerShard = 10_000;
    private const int Side = 8;

    private static readonly string[] Places =
    [
        "create soft targets:1:half", "write soft targets:3:half", "write soft targets:40:half", "sync soft targets:1:whole",
        "rename soft targets:1:half", "rename other:2:whole", "write soft targets:30:whole", "create soft targets:2:half",
        "sync soft targets:2:half", "rename soft targets:2:half",
    ];

    private readonly TempFolder _data = new();
    private readonly TinyPipeline _pipeline;

    public ShardTests()
    {
        WriteSet("train", Images);
        WriteSet("t10k", 200);
        _pipeline = new TinyPipeline(json =>
        {
            json["dataset"] = new JsonObject { ["kind"] = "idx", ["folder"] = _data.Path };
            json["rounds"]!["distill"]!["label"]!["viewsPerImage"] = Views;
        });
    }

    private string Shards => Path.Combine(_pipeline.Folder, "data", TinyPipeline.Name, "soft-targets", "distill");

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
        var log = Path.Combine(_pipeline.Folder, "kills.log");
        foreach (var place in Places)
        {
            using var process = new DistillProcess(_pipeline.Folder, StartupHook.KillingAt(place, log), "run");
            kills += process.Finish().ExitCode == 137 ? 1 : 0;
        }

        var last = DistillProcess.Run(_pipeline.Folder, "run");
        stop.Cancel();
        reader.Join();

        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.True(problem is null, problem?.ToString());
        Assert.True(kills >= Places.Length / 2, $"only {kills} kills");
        Assert.True(reads > 0, "no reads while shards were written");
        Assert.Equal(3, ReadShards());
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _data.Dispose();
    }

    /// <summary>Reads every shard, and checks that it has all its rows in order.</summary>
    /// <returns>Number of shards.</returns>
    private int ReadShards()
    {
        if (!Directory.Exists(Shards))
        {
            return 0;
        }

        var paths = Directory.GetFiles(Shards, "*.parquet").Order(StringComparer.Ordinal).ToArray();
        foreach (var path in paths)
        {
            var number = int.Parse(Path.GetFileNameWithoutExtension(path)["part-".Length..], CultureInfo.InvariantCulture);
            var first = ImagesPerShard * number;
            var count = Math.Min(ImagesPerShard, Images - first);
            var (images, views) = Read(path);
            Assert.Equal(Enumerable.Range(first, count).SelectMany(image => Enumerable.Repeat(image, Views)), images);
            Assert.Equal(Enumerable.Range(0, count).SelectMany(_ => Enumerable.Range(0, Views)), views);
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

    private void WriteSet(string name, int count)
    {
        var pixels = new byte[16 + (count * Side * Side)];
        var random = RandomKey.FromSeed(count);
        for (var i = 16; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.Below(i, 256);
        }

        var labels = new byte[8 + count];
        for (var i = 0; i < count; i++)
        {
            labels[8 + i] = (byte)(i % 10);
        }

        WriteHeader(pixels, 0x803, count, Side, Side);
        WriteHeader(labels, 0x801, count);
        File.WriteAllBytes(_data[$"{name}-images-idx3-ubyte"], pixels);
        File.WriteAllBytes(_data[$"{name}-labels-idx1-ubyte"], labels);
    }

    private static void WriteHeader(byte[] file, params ReadOnlySpan<int> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), numbers[i]);
        }
    }
}
