namespace Distill.Datasets.Idx;

/// <summary>What is published about Fashion-MNIST: its classes, its four files and their mirrors.</summary>
public static class FashionMnist
{
    public const string Name = "fashion-mnist";

    /// <summary>Height and width of an image, in pixels.</summary>
    public const int ImageSize = 28;

    /// <summary>The Debian package of the dataset. It has compressed the files again, so only the hashes of their content match.</summary>
    public const string DebianPackage = "dataset-fashion-mnist";

    /// <summary>Where the package installs its files.</summary>
    public const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    public static IReadOnlyList<PublishedFile> Files { get; } =
    [
        new(
            IdxDataset.TrainImages,
            Sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            GzipSha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            GzipLength: 26_421_880),
        new(
            IdxDataset.TrainLabels,
            Sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            GzipSha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            GzipLength: 29_515),
        new(
            IdxDataset.TestImages,
            Sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            GzipSha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            GzipLength: 4_422_102),
        new(
            IdxDataset.TestLabels,
            Sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            GzipSha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            GzipLength: 5_148),
    ];

    /// <summary>Web folders with the authors' .gz files: the authors' own server, then their repository.</summary>
    public static IReadOnlyList<Uri> Mirrors { get; } =
    [
        new("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
        new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
    ];
}

/// <summary>An IDX file as its authors published it, with the hashes that identify a copy.</summary>
/// <param name="Name">File name without ".gz".</param>
/// <param name="Sha256">Hash of the uncompressed content. It decides whether a copy is right, whatever its source.</param>
/// <param name="GzipSha256">Hash of the authors' own .gz file, which mirrors serve unchanged.</param>
/// <param name="GzipLength">Length of the authors' own .gz file, in bytes.</param>
public sealed record PublishedFile(string Name, string Sha256, string GzipSha256, long GzipLength)
{
    public string GzipName => Name + ".gz";
}
