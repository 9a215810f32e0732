using Distill.Datasets;
using Distill.Datasets.Options;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Imaging.Loading;

/// <summary>A folder of JPEG files of different sizes, as a dataset.</summary>
internal sealed class PhotoFolder : IDisposable
{
    public const int Count = 40;

    private const int BatchSize = 6;
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("loader");
    private static readonly CropOptions Crops = new((0.08, 1), (0.75, 4.0 / 3), 0.5);
    private readonly TempFolder _folder = new();

    public PhotoFolder()
    {
        Directory.CreateDirectory(_folder["train/a"]);
        for (var i = 0; i < Count; i++)
        {
            File.WriteAllBytes(PathOf(i), Pictures.Gradient(60 + i, 90 - i, seed: i, SKEncodedImageFormat.Jpeg));
        }
    }

    /// <summary>Path of the training split.</summary>
    public string Train => _folder["train"];

    /// <summary>Returns a plan with two views of each image, as in pretraining.</summary>
    public static Func<long, ViewBatch> Plan(ImageBank bank)
    {
        var batches = new BatchPlan(Key, Count, BatchSize);
        return step => new ViewBatch(
        [
            .. batches.At(step).SelectMany(sample =>
                Enumerable.Range(0, 2).Select(view => bank.Draw(sample.Index, Crops, sample.View(Key, view)))),
        ]);
    }

    public string PathOf(int image) => _folder[$"train/a/{image:00}.jpg"];

    /// <summary>Folder of the cache.</summary>
    public string Index => _folder["index"];

    public IDataset Open(int cacheMiB = 1024) => Open(options => options with { CacheMiB = cacheMiB });

    public IDataset Open(Func<DatasetOptions, DatasetOptions> change, Action<string>? log = null) => DatasetCatalog.Open(
        change(new DatasetOptions(DatasetKind.Folder, _folder.Path, 24, 3)), log ?? (_ => { }), Index);

    public void Dispose() => _folder.Dispose();
}
