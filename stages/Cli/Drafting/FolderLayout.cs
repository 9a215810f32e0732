using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Cli.Drafting;

/// <summary>How a folder of images is laid out, as far as it differs from train/CLASS/ and test/CLASS/.</summary>
/// <param name="Train">The option <c>dataset.train</c>; null for train/.</param>
/// <param name="Test">The option <c>dataset.test</c>; null for test/.</param>
/// <param name="TestFraction">The option <c>dataset.testFraction</c>; null if there are test images.</param>
internal sealed record FolderLayout(string? Train, string? Test, double? TestFraction)
{
    /// <summary>The layout that needs no options.</summary>
    public static readonly FolderLayout Usual = new(null, null, null);

    private const string WholeFolder = ".";
    private const double HeldOut = 0.2;

    /// <summary>Names of the folders of a split, in any case; the first one that exists counts.</summary>
    private static readonly string[] TrainNames = ["train", "training"];
    private static readonly string[] TestNames = ["test", "testing", "val", "valid", "validation"];
    private static readonly string[] UnlabeledNames = ["unlabeled"];

    /// <summary>Finds out the layout of a folder.</summary>
    /// <exception cref="UserException">The folder does not exist, or it is not clear which folders in it are classes.</exception>
    public static FolderLayout Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserException(File.Exists(folder)
                ? $"{folder}: is a file, expected a folder of images"
                : $"{folder}: this folder does not exist");
        }

        string[] folders = [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        var (train, test) = (Find(folders, TrainNames), Find(folders, TestNames));
        if (train is null)
        {
            RefuseSplits(folder, folders);
        }

        return new FolderLayout(
            train is null && Find(folders, UnlabeledNames) is null ? WholeFolder : Unusual(train, "train"),
            Unusual(test, "test"),
            test is null ? HeldOut : null);
    }

    /// <summary>Returns the options to look at the images, whatever their size and color.</summary>
    public DatasetOptions Options(string folder) => new(DatasetKind.Folder, folder, ImageSize: 64, Channels: 3)
    {
        Train = Train,
        Test = Test,
        TestFraction = TestFraction,
    };

    private static string? Find(string[] folders, string[] names) => names
        .Select(name => folders.FirstOrDefault(folder => folder == name)
            ?? folders.FirstOrDefault(folder => folder.Equals(name, StringComparison.OrdinalIgnoreCase)))
        .FirstOrDefault(found => found is not null);

    private static string? Unusual(string? found, string usual) => found == usual ? null : found;

    /// <summary>Refuses a folder whose subfolders are splits if none of them is named for training.</summary>
    private static void RefuseSplits(string folder, string[] folders)
    {
        string[] splits = [.. new[] { Find(folders, TestNames), Find(folders, UnlabeledNames) }.OfType<string>()];
        if (splits.Length > 0 && folders.Except(splits).FirstOrDefault() is { } beside)
        {
            throw new UserException(
                $"{folder}: found {string.Join(" and ", splits)} beside {beside}, but no train; put the folders of the classes into "
                + Path.Combine(folder, "train"));
        }

        var same = folders.GroupBy(name => string.Join(", ", SubfoldersOf(Path.Combine(folder, name))))
            .FirstOrDefault(group => group.Key.Contains(", ", StringComparison.Ordinal) && group.Count() == folders.Length);
        if (same is not null && folders.Length is 2 or 3)
        {
            throw new UserException(
                $"{folder}: found the same folders ({same.Key}) in {string.Join(" and ", same)}, so these look like splits; name them "
                + $"train and test, or put them into {Path.Combine(folder, "train")} if they are classes");
        }
    }

    private static IEnumerable<string> SubfoldersOf(string folder) =>
        Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);
}
