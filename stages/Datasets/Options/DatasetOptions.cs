using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Options;

/// <summary>Which images a pipeline learns from, as pipeline.json describes them.</summary>
/// <param name="Kind">What they are stored as; by default fashion-mnist.</param>
/// <param name="Folder">Their folder; data/KIND for published sets.</param>
/// <param name="ImageSize">
/// Height and width in pixels in which networks see images of any size: 224 by default, as in SimCLRv2 (arXiv:2006.10029). Those of IDX and
/// CIFAR are taken as they are.
/// </param>
/// <param name="Channels">1 for gray, 3 for color; by default 3, or what the published set has.</param>
public sealed record DatasetOptions(DatasetKind Kind, string Folder, int ImageSize, int Channels)
{
    /// <summary>Takes the place of train/ (a folder), or of the usual file names of training shards (a pattern such as <c>train-*.tar</c>).</summary>
    public string? Train { get; init; }

    /// <summary>Takes the place of unlabeled/: a folder, or a pattern of shards whose labels are not to be looked at.</summary>
    public string? Unlabeled { get; init; }

    /// <summary>Takes the place of test/, or of the usual file names of test shards.</summary>
    public string? Test { get; init; }

    /// <summary>A text file with the class names, one a line, in the order of their numbers.</summary>
    public string? Classes { get; init; }

    /// <summary>A text file that gives image files their classes: a line "image name, tab, class name" an image.</summary>
    public string? Labels { get; init; }

    /// <summary>Images whose shorter side is longer are shrunk to this when they are decoded; null leaves them.</summary>
    public int? ShorterSide { get; init; }

    /// <summary>Share of the shorter side that is measured; 0.875 in SimCLR (google-research/simclr, data_util.py).</summary>
    public double CenterCrop { get; init; } = 0.875;

    /// <summary>Decoded images that are kept in memory, in MiB; of no effect on what is computed.</summary>
    public int CacheMiB { get; init; } = 1024;

    /// <summary>Parquet: the column of images; null for the only one there is.</summary>
    public string? ImageColumn { get; init; }

    /// <summary>Parquet: the column of class numbers; null for the only one there is.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Whether images are of any size and decoded when they are needed.</summary>
    public bool Encoded => Kind is DatasetKind.Folder or DatasetKind.Parquet or DatasetKind.Webdataset;

    /// <summary>Reads the block "dataset".</summary>
    /// <exception cref="UserException">A value is impossible, or impossible for this kind.</exception>
    public static DatasetOptions Read(JsonSection section)
    {
        var kind = section.Choice("kind", DatasetKind.FashionMnist, help: "Format of the dataset.");
        var fixedShape = ShapeOf(kind);
        var options = new DatasetOptions(
            kind,
            section.Text("folder", DefaultFolder(kind), help: "Folder of the files. The kind folder has images in train/CLASS/, and optionally unlabeled/ and test/CLASS/. The default depends on the kind."),
            section.Integer("imageSize", fixedShape?.Height ?? 224, min: 8, max: 2048, help: "Height and width in pixels in which networks see the images. Published datasets have a fixed size."),
            section.Integer("channels", fixedShape?.Channels ?? (kind == DatasetKind.Idx ? 1 : 3), min: 1, max: 3, help: "1 (gray) or 3 (RGB)."))
        {
            Train = section.OptionalText("train", help: "Instead of train/: another folder, or a pattern of shards such as train-*.tar."),
            Unlabeled = section.OptionalText("unlabeled", help: "Instead of unlabeled/: another folder, or a pattern of shards. Labels in it are ignored."),
            Test = section.OptionalText("test", help: "Instead of test/: another folder such as val, or a pattern of shards."),
            Classes = section.OptionalText("classes", help: "File with one class name per line, in the order of their numbers."),
            Labels = section.OptionalText("labels", help: "For the kind folder: file with one line per image, image name, tab, class name, for images outside of class folders."),
            ShorterSide = section.OptionalInteger("shorterSide", 8, 16384, "Larger images are scaled down to this shorter side, in pixels, when they are decoded."),
            CenterCrop = section.Number("centerCrop", 0.875, 0.05, 1, "Side of the center crop that is evaluated, as a fraction of the shorter side."),
            CacheMiB = section.Integer("cacheMiB", 1024, 0, 1 << 20, "Memory for decoded images, in MiB. Results do not depend on it."),
            ImageColumn = section.OptionalText("imageColumn", help: "For the kind parquet: the column of images, if there are several."),
            LabelColumn = section.OptionalText("labelColumn", help: "For the kind parquet: the column of class numbers, if there are several."),
        };
        options.Check(section, fixedShape);
        return options;
    }

    private void Check(JsonSection section, ImageShape? fixedShape)
    {
        if (Folder.Length == 0)
        {
            throw section.Error("folder", "found no folder, expected the path of your image folder");
        }

        if (fixedShape is { } shape && ImageSize != shape.Height)
        {
            throw section.Error("imageSize", $"found {ImageSize}, expected {shape.Height}: these images are not resized");
        }

        if (Kind == DatasetKind.Idx && section.Has("imageSize"))
        {
            throw section.Error("imageSize", $"found {ImageSize}, expected none: images of IDX files are not resized");
        }

        var channels = fixedShape?.Channels ?? (Kind == DatasetKind.Idx ? 1 : null);
        if (Channels == 2 || (channels is { } only && Channels != only))
        {
            throw section.Error("channels", $"found {Channels}, expected {(channels is { } n ? $"{n}: these images have that number of channels" : "1 or 3")}");
        }

        string[] forEncoded = ["train", "unlabeled", "test", "shorterSide", "centerCrop", "cacheMiB"];
        if (!Encoded && forEncoded.FirstOrDefault(section.Has) is { } key)
        {
            throw section.Error(key, "found a value, expected none: only the kinds folder, parquet and webdataset have it");
        }

        string[] forParquet = ["imageColumn", "labelColumn"];
        if (Kind != DatasetKind.Parquet && forParquet.FirstOrDefault(section.Has) is { } column)
        {
            throw section.Error(column, "found a value, expected none: only the kind parquet has it");
        }

        if (Classes is not null && Kind is not DatasetKind.Idx && !Encoded)
        {
            throw section.Error("classes", "found a value, expected none: this published dataset has its own class names");
        }

        if (Labels is not null && Kind != DatasetKind.Folder)
        {
            throw section.Error("labels", "found a value, expected none: only the kind folder has it; other kinds store labels with the images");
        }
    }

    /// <summary>The shape of a published set's images; null where it is not known beforehand.</summary>
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
