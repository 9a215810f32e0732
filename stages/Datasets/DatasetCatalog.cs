using Distill.Datasets.Cifar;
using Distill.Datasets.Decoding;
using Distill.Datasets.Encoded;
using Distill.Datasets.Folders;
using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Datasets.Shards;
using Distill.Pipeline.Options;

namespace Distill.Datasets;

/// <summary>Opens datasets that are on this machine. Downloads nothing.</summary>
public static class DatasetCatalog
{
    /// <summary>Default folder of the cache for what was found in files: hashes, sizes, reports, unpacked images.</summary>
    public static readonly string DefaultCache = Path.Combine("data", "index");

    /// <summary>Opens a dataset.</summary>
    /// <param name="options">Kind and place of the dataset.</param>
    /// <param name="log">Takes one line per skipped image, and one line of summary per split.</param>
    /// <param name="cache">Folder of the cache; null for <see cref="DefaultCache"/>.</param>
    /// <param name="cancellation">Stops the first look at the files, which the next one continues.</param>
    /// <exception cref="UserException">Files are missing; the message says what to run or to create.</exception>
    public static IDataset Open(
        DatasetOptions options, Action<string> log, string? cache = null, CancellationToken cancellation = default)
    {
        return options.Kind switch
        {
            DatasetKind.FashionMnist => OpenIdx(FashionMnist.Name, options.Folder, FashionMnist.Files, FashionMnist.ClassNames),
            DatasetKind.Sample => OpenIdx("sample", options.Folder, [], FashionMnist.ClassNames),
            DatasetKind.Idx => OpenIdx(options.FolderName(), options.Folder, [], ClassFile.Read(options.Classes)),
            DatasetKind.Cifar10 => CifarDataset.Open(Cifar.Cifar.Ten, options.Folder),
            DatasetKind.Cifar100 => CifarDataset.Open(Cifar.Cifar.Hundred, options.Folder),
            DatasetKind.Folder => OpenFolder(options, log, cache ?? DefaultCache, cancellation),
            DatasetKind.Webdataset => OpenTar(options, log, cache ?? DefaultCache, cancellation),
            DatasetKind.Parquet => OpenParquet(options, log, cache ?? DefaultCache, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "unknown kind of dataset"),
        };
    }

    private static IdxDataset OpenIdx(
        string name, string folder, IReadOnlyList<PublishedFile> published, IReadOnlyList<string>? classNames)
    {
        var missing = IdxDataset.FileNames.Where(file => IdxFile.Locate(folder, file) is null).ToList();
        return missing.Count == 0
            ? new IdxDataset(name, folder, published, classNames)
            : throw new UserException(
                $"The dataset {name} is not complete in {folder}: missing {string.Join(", ", missing)} (.gz or plain). " +
                (published.Count > 0 ? "Run `make data` (or `distill data fetch`), or set" : "Set") +
                " dataset.folder to the folder that contains it");
    }

    private static EncodedDataset OpenFolder(
        DatasetOptions options, Action<string> log, string cache, CancellationToken cancellation)
    {
        var listing = new FolderListing(options);
        return listing.Images(Split.Train).Count > 0
            ? new EncodedDataset(
                options.TestFraction is { } fraction ? new HeldOutListing(listing, fraction) : listing, options, cache, log, cancellation)
            : throw new UserException(
                $"Found no images in {options.Folder}: put labeled images into train/CLASS/ and images without a class into unlabeled/ " +
                $"({ImageExtensions.List}). For a published dataset, run `make data` (or `distill data fetch`)");
    }

    private static EncodedDataset OpenTar(DatasetOptions options, Action<string> log, string cache, CancellationToken cancellation)
    {
        var shards = new ShardFiles(options, TarListing.Extension);
        return shards.Train.Count + shards.Unlabeled.Count > 0
            ? new EncodedDataset(new TarListing(options, shards), options, cache, log, cancellation)
            : throw NoShards(options, TarListing.Extension, shards.AnyEndingIn(".tar.gz", ".tgz") is { } packed
                ? $". {packed} is compressed, but images are read in random order: unpack it (gunzip) to plain tar"
                : "");
    }

    private static EncodedDataset OpenParquet(
        DatasetOptions options, Action<string> log, string cache, CancellationToken cancellation)
    {
        var shards = new ShardFiles(options, ParquetListing.Extension);
        return shards.Train.Count + shards.Unlabeled.Count > 0
            ? new EncodedDataset(new ParquetListing(options, shards, cache, log, cancellation), options, cache, log, cancellation)
            : throw NoShards(options, ParquetListing.Extension, "");
    }

    private static UserException NoShards(DatasetOptions options, string extension, string more) => new(
        $"Found no training shards in {options.Folder}: name them train-*{extension}, " +
        $"or set dataset.train to a pattern that matches their names, such as \"*{extension}\"{more}");
}
