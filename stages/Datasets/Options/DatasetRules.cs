using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Options;

/// <summary>Which values of the block "dataset" go together.</summary>
internal static class DatasetRules
{
    /// <summary>Refuses values that would have no effect or no meaning.</summary>
    /// <exception cref="UserException">A value is impossible for this kind.</exception>
    public static void Check(DatasetOptions options, JsonSection section, ImageShape? fixedShape)
    {
        if (options.Folder.Length == 0)
        {
            throw section.Error("folder", "found no folder, expected the path of your image folder");
        }

        if (fixedShape is { } shape && options.ImageSize != shape.Height)
        {
            throw section.Error("imageSize", $"found {options.ImageSize}, expected {shape.Height}: these images are not resized");
        }

        if (options.Kind == DatasetKind.Idx && section.Has("imageSize"))
        {
            throw section.Error("imageSize", $"found {options.ImageSize}, expected none: images of IDX files are not resized");
        }

        var channels = fixedShape?.Channels ?? (options.Kind == DatasetKind.Idx ? 1 : null);
        if (options.Channels == 2 || (channels is { } only && options.Channels != only))
        {
            var expected = channels is { } n ? $"{n}: these images have that number of channels" : "1 or 3";
            throw section.Error("channels", $"found {options.Channels}, expected {expected}");
        }

        string[] forEncoded = ["train", "unlabeled", "test", "shorterSide", "centerCrop", "cacheMiB", "pack"];
        if (!options.Encoded && forEncoded.FirstOrDefault(section.Has) is { } key)
        {
            throw section.Error(key, "found a value, expected none: only the kinds folder, parquet and webdataset have it");
        }

        string[] forParquet = ["imageColumn", "labelColumn"];
        if (options.Kind != DatasetKind.Parquet && forParquet.FirstOrDefault(section.Has) is { } column)
        {
            throw section.Error(column, "found a value, expected none: only the kind parquet has it");
        }

        if (options.Classes is not null && options.Kind is not DatasetKind.Idx && !options.Encoded)
        {
            throw section.Error("classes", "found a value, expected none: this published dataset has its own class names");
        }

        if (options.TestFraction is not null && (options.Kind != DatasetKind.Folder || options.Test is not null))
        {
            throw section.Error("testFraction", "found a value, expected none: only the kind folder has it, and only without \"test\"");
        }

        if (options.Labels is not null && options.Kind != DatasetKind.Folder)
        {
            throw section.Error(
                "labels", "found a value, expected none: only the kind folder has it; other kinds store labels with the images");
        }
    }
}
