using Distill.Datasets;
using Distill.Datasets.Options;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using Distill.Pretrain;

namespace Benchmarks.Workload;

/// <summary>
/// A folder of drawn photographs with the augmentations of the preset <c>folder</c>, in views of 224 pixels. The files are deleted at the
/// end.
/// </summary>
internal sealed class Photos : IDisposable
{
    public const int Size = 224;
    public const int BatchSize = 64;

    private const int Count = 128;
    private const int ShorterSide = 256;
    private static readonly RandomKey Key = RandomKey.FromSeed(0).Fold("photos");

    private readonly string _folder;
    private readonly BatchPlan _batches = new(Key, Count, BatchSize);

    /// <param name="root">Root of the repository.</param>
    public Photos(string root)
    {
        _folder = Path.Combine(root, "models", "bench", "photos");
        Delete();
        PhotoFiles.Write(_folder, Count);
        var preset = PipelineFile.Load(Path.Combine(root, "stages", "Cli", "Presets", "folder.json"), _ => null);
        Augmentations = PretrainOptions.Read(preset.Section("pretrain")).Augmentations;
        var options = new DatasetOptions(DatasetKind.Folder, _folder, Size, Channels: 3) { CacheMiB = 0 };
        Sources =
        [
            ("JPEG files", options),
            ("pack, full size", options with { Pack = true }),
            (FormattableString.Invariant($"pack, shorterSide {ShorterSide}"), options with { Pack = true, ShorterSide = ShorterSide }),
        ];
    }

    public AugmentationOptions Augmentations { get; }

    /// <summary>What the views are made from, with its name in the table.</summary>
    public IReadOnlyList<(string Name, DatasetOptions Options)> Sources { get; }

    /// <summary>Folder with a folder of photographs per class.</summary>
    public string Train => Path.Combine(_folder, "train");

    public IDataset Open(DatasetOptions options) => DatasetCatalog.Open(options, _ => { }, Path.Combine(_folder, "index"));

    /// <summary>Returns two views of each image of a step.</summary>
    public ViewBatch Plan(ImageBank bank, long step) => new(
    [
        .. _batches.At(step).SelectMany(sample =>
            Enumerable.Range(0, 2).Select(view => bank.Draw(sample.Index, Augmentations.Crop, sample.View(Key, view)))),
    ])
    { Operations = Augmentations.Operations };

    public void Dispose() => Delete();

    /// <summary>Deletes the files, at the end and, for leftovers of a killed run, at the start.</summary>
    private void Delete()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
