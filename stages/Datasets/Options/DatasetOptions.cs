using System.Text.Json.Nodes;
using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Options;

/// <summary>The images that a pipeline learns from: the block "dataset" of pipeline.json.</summary>
/// <param name="Kind">How the images are stored. The default is fashion-mnist.</param>
/// <param name="Folder">Folder of the files. The default for published datasets is data/KIND.</param>
/// <param name="ImageSize">
/// Height and width, in pixels, in which networks see images of any size. The default is 224, as in SimCLRv2 (arXiv:2006.10029).
/// Images of IDX and CIFAR keep their size.
/// </param>
/// <param name="Channels">1 for gray, 3 for color. The default is 3, or what the published dataset has.</param>
public sealed record DatasetOptions(DatasetKind Kind, string Folder, int ImageSize, int Channels)
{
    /// <summary>Replaces train/ by another folder, or the usual names of training shards by a pattern such as <c>train-*.tar</c>.</summary>
    public string? Train { get; init; }

    /// <summary>Replaces unlabeled/ by another folder, or by a pattern of shards whose labels are ignored.</summary>
    public string? Unlabeled { get; init; }

    /// <summary>Replaces test/ by another folder, or the usual names of test shards by a pattern.</summary>
    public string? Test { get; init; }

    /// <summary>Fraction of the labeled images to hold out for testing, where there are no test images; null to hold out none.</summary>
    public double? TestFraction { get; init; }

    /// <summary>Path of a text file with one class name per line, in the order of the class numbers.</summary>
    public string? Classes { get; init; }

    /// <summary>Path of a text file with one line per labeled image: image name, tab, class name.</summary>
    public string? Labels { get; init; }

    /// <summary>Maximum shorter side in pixels, to which larger images are shrunk when they are decoded; null keeps their size.</summary>
    public int? ShorterSide { get; init; }

    /// <summary>Fraction of the shorter side that an evaluation uses; 0.875 in SimCLR (google-research/simclr, data_util.py).</summary>
    public double CenterCrop { get; init; } = 0.875;

    /// <summary>Memory for decoded images, in MiB. It does not change what is computed.</summary>
    public int CacheMiB { get; init; } = 1024;

    /// <summary>Whether the decoded training images are stored on disk once. It does not change what is computed.</summary>
    public bool Pack { get; init; }

    /// <summary>Parquet: name of the column of images; null if there is only one.</summary>
    public string? ImageColumn { get; init; }

    /// <summary>Parquet: name of the column of class numbers; null if there is only one.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Whether images may have any size and are decoded when they are needed.</summary>
    public bool Encoded => Kind is DatasetKind.Folder or DatasetKind.Parquet or DatasetKind.Webdataset;

    /// <summary>Returns the last part of the folder's path, which names a dataset of the user.</summary>
    internal string FolderName() => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));

    /// <summary>Returns how the names of this dataset's cache files begin. Datasets of one name in different folders differ.</summary>
    internal string CacheName() => $"{FolderName()}-{FileHash.OfText(Path.GetFullPath(Folder))[..8]}";

    /// <summary>Returns a text that differs for pipelines that read other training images of the same folder.</summary>
    internal string TrainingImages() =>
        FileHash.OfText(FormattableString.Invariant($"{Kind}\n{Train}\n{Unlabeled}\n{ImageColumn}\n{TestFraction}"))[..8];

    /// <summary>Returns the options that decide which files are read and how. They are part of a fingerprint.</summary>
    public JsonObject ReadingOptions() => new()
    {
        ["kind"] = Kind.ToString(),
        ["imageSize"] = ImageSize,
        ["channels"] = Channels,
        ["shorterSide"] = ShorterSide,
        ["centerCrop"] = CenterCrop,
        ["train"] = Train,
        ["unlabeled"] = Unlabeled,
        ["test"] = Test,
        ["testFraction"] = TestFraction,
        ["imageColumn"] = ImageColumn,
        ["labelColumn"] = LabelColumn,
    };

    /// <summary>Reads the block "dataset".</summary>
    /// <exception cref="UserException">A value is impossible, or impossible for this kind.</exception>
    public static DatasetOptions Read(JsonSection section)
    {
        var kind = section.Choice("kind", DatasetKind.FashionMnist, help: "Format of the dataset.");
        var fixedShape = ShapeOf(kind);
        var options = new DatasetOptions(
            kind,
            section.Text(
                "folder", DefaultFolder(kind),
                help: "Folder of the files. The kind folder has images in train/CLASS/, and optionally unlabeled/ and test/CLASS/. The "
                    + "default depends on the kind."),
            section.Integer(
                "imageSize", fixedShape?.Height ?? 224, min: 8, max: 2048,
                help: "Height and width in pixels in which networks see the images. Published datasets have a fixed size."),
            section.Integer(
                "channels", fixedShape?.Channels ?? (kind == DatasetKind.Idx ? 1 : 3), min: 1, max: 3, help: "1 (gray) or 3 (RGB)."))
        {
            Train = section.OptionalText("train", help: "Instead of train/: another folder, or a pattern of shards such as train-*.tar."),
            Unlabeled = section.OptionalText(
                "unlabeled",
                help: "Instead of unlabeled/: another folder, or a pattern of shards. Labels in it are ignored."),
            Test = section.OptionalText("test", help: "Instead of test/: another folder such as val, or a pattern of shards."),
            TestFraction = section.OptionalNumber(
                "testFraction", 0.01, 0.9,
                "For the kind folder, without test images: fraction of each class to hold out for testing, chosen by the content of the "
                    + "images."),
            Classes = section.OptionalText("classes", help: "File with one class name per line, in the order of their numbers."),
            Labels = section.OptionalText(
                "labels",
                help: "For the kind folder: file with one line per image, image name, tab, class name. Other images have the "
                    + "class of their folder."),
            ShorterSide = section.OptionalInteger(
                "shorterSide", 8, 16384,
                "Larger images are scaled down to this shorter side, in pixels, when they are decoded."),
            CenterCrop = section.Number(
                "centerCrop", 0.875, 0.05, 1,
                "Side of the center crop that is evaluated, as a fraction of the shorter side."),
            CacheMiB = section.Integer("cacheMiB", 1024, 0, 1 << 20, "Memory for decoded images, in MiB. Results do not depend on it."),
            Pack = section.Flag(
                "pack", false,
                "Stores the decoded training images on disk once, scaled down to shorterSide, to read them faster. Results do not depend "
                    + "on it."),
            ImageColumn = section.OptionalText("imageColumn", help: "For the kind parquet: the column of images, if there are several."),
            LabelColumn = section.OptionalText("labelColumn", help: "For the kind parquet: the column of labels, if several."),
        };
        DatasetRules.Check(options, section, fixedShape);
        return options;
    }

    /// <summary>Returns the shape of a published dataset's images; null if only the files tell it.</summary>
    private static ImageShape? ShapeOf(DatasetKind kind) => kind switch
    {
        DatasetKind.FashionMnist or DatasetKind.Sample => new ImageShape(1, FashionMnist.ImageSize, FashionMnist.ImageSize),
        DatasetKind.Cifar10 or DatasetKind.Cifar100 => Cifar.Cifar.Shape,
        _ => null,
    };

    private static string DefaultFolder(DatasetKind kind) => kind switch
    {
        DatasetKind.FashionMnist => "data/fashion-mnist",
        DatasetKind.Sample => "data/sample",
        DatasetKind.Cifar10 => "data/cifar10",
        DatasetKind.Cifar100 => "data/cifar100",
        _ => "",
    };
}
