using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;

namespace Tests.Datasets;

/// <summary>The committed sample dataset, found in a parent of the folder in which the tests run.</summary>
internal static class SampleData
{
    private static readonly Lazy<ImageSet> Images = new(() => Open().Train());

    public static string Folder { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static ImageSet Train => Images.Value;

    public static IDataset Open() =>
        DatasetCatalog.Open(new DatasetOptions(DatasetKind.Sample, Folder, 28, 1), _ => { });

    private static string Find(DirectoryInfo? folder) =>
        folder is null ? throw new DirectoryNotFoundException("data/sample")
        : Path.Combine(folder.FullName, "data", "sample") is var sample && Directory.Exists(sample) ? sample
        : Find(folder.Parent);
}
