using Stages.Pipeline.Options;
using Stages.Pipeline.Storage;

namespace Stages.Imaging.Datasets.Folders;

/// <summary>
/// The user's own images: FOLDER/train/CLASS/*, and where they exist FOLDER/unlabelled/** and FOLDER/test/CLASS/*.
/// A file that cannot be decoded is named, counted and left out; it never becomes a black picture.
/// </summary>
internal sealed class FolderDataset : IDataset
{
    private readonly DatasetOptions _options;
    private readonly Action<string> _log;
    private readonly FolderListing _listing;

    private FolderDataset(DatasetOptions options, Action<string> log) =>
        (_options, _log, _listing) = (options, log, new FolderListing(options.Folder));

    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.Folder)));

    /// <exception cref="UserException">The folder holds neither train/CLASS/ nor unlabelled/.</exception>
    public static FolderDataset Open(DatasetOptions options, Action<string> log)
    {
        var dataset = new FolderDataset(options, log);
        return dataset._listing.Train().Count > 0
            ? dataset
            : throw new UserException(
                $"No images in {options.Folder}: put them in train/CLASS/, and those without a class in unlabelled/ " +
                "(.png, .jpg, .jpeg, .webp or .bmp). For a published data set run `make data` (or `distill data fetch`)");
    }

    public ImageSet Train() => FolderLoader.Load(Name, _listing.Train(), _listing.ClassNames, _options, _log);

    public ImageSet Test() => FolderLoader.Load(Name, TestFiles(), _listing.ClassNames, _options, _log);

    public string TrainFingerprint() => FingerprintOf(_listing.Train());

    public string TestFingerprint() => FingerprintOf(TestFiles());

    private IReadOnlyList<FolderFile> TestFiles() =>
        _listing.HasTest
            ? _listing.Test()
            : throw new UserException(
                $"{_options.Folder} has no test images. To measure accuracy, put some in {Path.Combine(_options.Folder, "test")}/CLASS/");

    private static string FingerprintOf(IReadOnlyList<FolderFile> files) =>
        Fingerprint.Of(files.Select(file => new DatasetFile(file.Name, FileHash.OfFile(file.Path))));
}
