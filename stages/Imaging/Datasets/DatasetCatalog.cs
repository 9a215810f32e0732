using Stages.Imaging.Datasets.Folders;
using Stages.Pipeline.Options;

namespace Stages.Imaging.Datasets;

/// <summary>Opens a data set that is on this machine; fetches nothing.</summary>
public static class DatasetCatalog
{
    /// <param name="options">Which data set.</param>
    /// <param name="log">Takes a line for each image that is refused, and for what was read.</param>
    /// <exception cref="UserException">Files are missing; the message says what to run or to make.</exception>
    public static IDataset Open(DatasetOptions options, Action<string> log) => options.Kind switch
    {
        DatasetKind.FashionMnist => OpenIdx(FashionMnist.Name, options.Folder, FashionMnist.Files),
        DatasetKind.Sample => OpenIdx("sample", options.Folder, []),
        DatasetKind.Folder => FolderDataset.Open(options, log),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "unknown kind of data set"),
    };

    private static IdxDataset OpenIdx(string name, string folder, IReadOnlyList<PublishedFile> published)
    {
        var missing = IdxDataset.FileNames.Where(file => IdxFile.Locate(folder, file) is null).ToList();
        return missing.Count == 0
            ? new IdxDataset(name, folder, published)
            : throw new UserException(
                $"The data set {name} is not in {folder}: {string.Join(", ", missing)} (.gz or plain) missing. " +
                "Run `make data` (or `distill data fetch`), or set dataset.folder to where it lies");
    }
}
