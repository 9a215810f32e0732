using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Distill.Learning.Randomness;
using Tests.Cli;
using Tests.Pipeline;

namespace Tests.Crashes;

/// <summary>The tiny pipeline with 25,000 images of 8 × 8 random pixels, whose soft targets of two views need three shards.</summary>
internal sealed class ManyImages : IDisposable
{
    public const int Count = 25_000;
    public const int Views = 2;
    public const int PerShard = 10_000;

    private const int Side = 8;

    private readonly TempFolder _data = new();

    public ManyImages()
    {
        WriteSet("train", Count);
        WriteSet("t10k", 200);
        Pipeline = new TinyPipeline(Describe);
    }

    public TinyPipeline Pipeline { get; }

    /// <summary>Folder of the first round's soft targets.</summary>
    public string Shards => Path.Combine(Pipeline.Folder, "data", TinyPipeline.Name, "soft-targets", "distill");

    /// <summary>Lets the tiny pipeline read these images.</summary>
    public void Describe(JsonObject json)
    {
        json["dataset"] = new JsonObject { ["kind"] = "idx", ["folder"] = _data.Path };
        json["rounds"]!["distill"]!["label"]!["viewsPerImage"] = Views;
    }

    public void Dispose()
    {
        Pipeline.Dispose();
        _data.Dispose();
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
