using Distill.Datasets.Options;

namespace Distill.Cli.Drafting;

/// <summary>How a folder of images is laid out, as far as it differs from train/CLASS/ and test/CLASS/.</summary>
/// <param name="Train">The option <c>dataset.train</c>; null for train/.</param>
/// <param name="TestFraction">The option <c>dataset.testFraction</c>; null if there are test images.</param>
internal sealed record FolderLayout(string? Train, double? TestFraction)
{
    /// <summary>The layout that needs no options.</summary>
    public static readonly FolderLayout Usual = new(null, null);

    private const string WholeFolder = ".";
    private const double HeldOut = 0.2;

    /// <summary>Finds out the layout of a folder.</summary>
    public static FolderLayout Of(string folder)
    {
        var split = Directory.Exists(Path.Combine(folder, "train")) || Directory.Exists(Path.Combine(folder, "unlabeled"));
        return new FolderLayout(split ? null : WholeFolder, Directory.Exists(Path.Combine(folder, "test")) ? null : HeldOut);
    }

    /// <summary>Returns the options to look at the images, whatever their size and color.</summary>
    public DatasetOptions Options(string folder) => new(DatasetKind.Folder, folder, ImageSize: 64, Channels: 3)
    {
        Train = Train,
        TestFraction = TestFraction,
    };
}
