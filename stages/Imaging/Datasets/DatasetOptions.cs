using Stages.Pipeline.Options;

namespace Stages.Imaging.Datasets;

/// <summary>Which images a pipeline learns from.</summary>
/// <param name="Kind">Where the images come from; by default fashion-mnist.</param>
/// <param name="Folder">Their folder; by default data/fashion-mnist or data/sample. The kind folder has no default.</param>
/// <param name="ImageSize">
/// Height and width in pixels. A folder's images are resized to it, by default to 224 as in SimCLRv2
/// (arXiv:2006.10029); those of Fashion-MNIST are 28.
/// </param>
/// <param name="Channels">1 for grey, 3 for colour. By default 3 for a folder; Fashion-MNIST has 1.</param>
public sealed record DatasetOptions(DatasetKind Kind, string Folder, int ImageSize, int Channels)
{
    /// <summary>Reads the block "dataset": kind, folder, imageSize, channels.</summary>
    /// <exception cref="UserException">A value is impossible, or impossible for this kind.</exception>
    public static DatasetOptions Read(JsonSection section)
    {
        var kind = section.Choice("kind", DatasetKind.FashionMnist);
        var ownImages = kind == DatasetKind.Folder;
        var options = new DatasetOptions(
            kind,
            section.Text("folder", DefaultFolder(kind)),
            section.Integer("imageSize", ownImages ? 224 : FashionMnist.ImageSize, min: 8, max: 2048),
            section.Integer("channels", ownImages ? 3 : 1, min: 1, max: 3));

        if (options.Folder.Length == 0)
        {
            throw section.Error("folder", "found no folder, expected the one that holds your images in train/CLASS/");
        }

        if (!ownImages && options.ImageSize != FashionMnist.ImageSize)
        {
            throw section.Error("imageSize", $"found {options.ImageSize}, expected {FashionMnist.ImageSize}: these images are not resized");
        }

        if (options.Channels == 2 || (!ownImages && options.Channels != 1))
        {
            throw section.Error("channels", $"found {options.Channels}, expected {(ownImages ? "1 or 3" : "1: these images are grey")}");
        }

        return options;
    }

    private static string DefaultFolder(DatasetKind kind) => kind switch
    {
        DatasetKind.FashionMnist => "data/fashion-mnist",
        DatasetKind.Sample => "data/sample",
        _ => "",
    };
}
