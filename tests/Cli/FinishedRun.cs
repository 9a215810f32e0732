using Distill.Datasets;
using Distill.Datasets.Options;
using SkiaSharp;

namespace Tests.Cli;

/// <summary>One finished run that several test classes share. No test changes its models.</summary>
public sealed class FinishedRun : IDisposable
{
    /// <summary>Name of the collection of tests that share one run.</summary>
    public const string Collection = "finished run";

    internal TinyPipeline Pipeline { get; } = new();

    internal DistillProcess.Outcome Outcome { get; }

    /// <summary>Folder of the published model.</summary>
    internal string Published => Path.Combine(Pipeline.Models, "published", "self-distilled");

    public FinishedRun() => Outcome = DistillProcess.Run(Pipeline.Folder, "run");

    /// <summary>Writes the first test image of the sample as a PNG file and returns its path.</summary>
    internal string WriteTestImage(string name)
    {
        var sample = new DatasetOptions(DatasetKind.Sample, TinySample.Whole, 28, 1);
        var pixels = DatasetCatalog.Open(sample, _ => { }).Test().Pixels.Decode(0).Pixels;
        using var bitmap = new SKBitmap(28, 28);
        for (var i = 0; i < 28 * 28; i++)
        {
            bitmap.SetPixel(i % 28, i / 28, new SKColor(pixels[i], pixels[i], pixels[i]));
        }

        var path = Path.Combine(Pipeline.Folder, name);
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        return path;
    }

    public void Dispose() => Pipeline.Dispose();
}

/// <summary>The test classes that share one finished run.</summary>
[CollectionDefinition(FinishedRun.Collection)]
public sealed class FinishedRunCollection : ICollectionFixture<FinishedRun>;
