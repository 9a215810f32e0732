using Distill.Datasets;
using Distill.Datasets.Options;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Datasets.Shards;
using Tests.Pipeline;

namespace Tests.Datasets.Packs;

/// <summary>What makes a pack of a dataset be written again, and what does not.</summary>
public sealed class PackOriginTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    private IEnumerable<string> Packing => _log.Where(line => line.StartsWith("Packing", StringComparison.Ordinal));

    private int Packed => Packing.Count();

    [Fact]
    public void New_labels_keep_the_pack_and_a_new_image_replaces_it()
    {
        WriteImages("set/train", "1.png", "2.png", "3.png");
        var labels = _folder.Write("labels", "1.png\tcat\n2.png\tdog\n");
        Prepare(DatasetKind.Folder, options => options with { Labels = labels });

        Assert.Equal(1, Packed);

        _folder.Write("labels", "1.png\tdog\n2.png\tcat\n3.png\tdog\n");
        Prepare(DatasetKind.Folder, options => options with { Labels = labels });

        Assert.Equal(1, Packed);

        WriteImages("set/train", "4.png");
        Prepare(DatasetKind.Folder, options => options with { Labels = labels });

        Assert.Equal(2, Packed);
        Assert.Contains("made from other images", Packing.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_column_of_labels_keeps_the_pack()
    {
        var picture = DatasetGolden.Pictures["rough.png"];
        new HubParquet { Labels = ["coarse", "fine"] }.Write(_folder["set/train-0.parquet"], (picture, null, 0), (picture, null, 1));
        Prepare(DatasetKind.Parquet, options => options with { LabelColumn = "coarse" });
        Prepare(DatasetKind.Parquet, options => options with { LabelColumn = "fine" });

        Assert.Equal(1, Packed);
    }

    /// <summary>All pipelines prepare their packs in turn, twice.</summary>
    [Fact]
    public void Pipelines_that_read_other_images_of_a_folder_keep_packs_of_their_own()
    {
        WriteImages("set/train/cat", "1.png");
        WriteImages("set/train/dog", "2.png");
        WriteImages("set/more", "3.png");
        WriteImages("set/val/cat", "4.png", "5.png");
        Func<DatasetOptions, DatasetOptions>[] pipelines =
        [
            options => options,
            options => options with { Train = "val" },
            options => options with { Unlabeled = "more" },
            options => options with { ShorterSide = 8 },
            options => options with { Channels = 1 },
        ];
        foreach (var pipeline in pipelines.Concat(pipelines))
        {
            Prepare(DatasetKind.Folder, pipeline);
        }

        Assert.Equal(pipelines.Length, Packed);
        Assert.Equal(pipelines.Length, Directory.GetDirectories(_folder["cache"], "*.pack").Length);
    }

    [Fact]
    public void Another_column_of_images_has_a_pack_of_its_own()
    {
        var options = new DatasetOptions(DatasetKind.Parquet, _folder["set"], 8, 3);

        Assert.NotEqual(options.TrainingImages(), (options with { ImageColumn = "left" }).TrainingImages());
        Assert.NotEqual(
            (options with { ImageColumn = "right" }).TrainingImages(), (options with { ImageColumn = "left" }).TrainingImages());
        Assert.Equal(options.TrainingImages(), (options with { LabelColumn = "fine" }).TrainingImages());
    }

    public void Dispose() => _folder.Dispose();

    private void WriteImages(string folder, params string[] names)
    {
        Directory.CreateDirectory(_folder[folder]);
        foreach (var name in names)
        {
            File.WriteAllBytes(
                _folder[$"{folder}/{name}"], Pictures.OneColor(new SKColor((byte)name[0], 9, 9), 12, 10, SKEncodedImageFormat.Png));
        }
    }

    private void Prepare(DatasetKind kind, Func<DatasetOptions, DatasetOptions> change) => DatasetCatalog
        .Open(change(new DatasetOptions(kind, _folder["set"], 8, 3) { Pack = true }), _log.Add, _folder["cache"])
        .Train().Pixels.Prepare();
}
