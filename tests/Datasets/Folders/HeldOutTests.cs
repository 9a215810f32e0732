using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using SkiaSharp;
using Tests.Pipeline;

namespace Tests.Datasets.Folders;

/// <summary>Tests <c>dataset.testFraction</c>: where no images are for testing, some of each class are held out.</summary>
public sealed class HeldOutTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.2, 2, 8)]
    [InlineData(0.5, 5, 5)]
    [InlineData(0.01, 1, 9)]
    [InlineData(0.9, 9, 1)]
    public void The_fraction_of_every_class_is_held_out(double fraction, int test, int train)
    {
        WriteClasses(10);
        Assert.Equal([test, test], CountsOf(Open(fraction).Test()));
        Assert.Equal([train, train], CountsOf(Open(fraction).Train()));
    }

    [Fact]
    public void No_image_is_in_both_splits_and_unlabeled_ones_are_for_training()
    {
        WriteClasses(10);
        Write("unlabeled/1.png", 100);
        Write("train/2.png", 101);

        var (train, test) = (NamesOf(Open().Train()), NamesOf(Open().Test()));

        Assert.Empty(train.Intersect(test));
        Assert.Equal(22, train.Count + test.Count);
        Assert.Contains("unlabeled/1.png", train);
        Assert.Contains("train/2.png", train);
    }

    [Fact]
    public void Neither_the_order_of_the_splits_nor_the_names_of_files_matter()
    {
        WriteClasses(10);
        var dataset = Open();
        var (test, train) = (NamesOf(dataset.Test()), NamesOf(dataset.Train()));
        Assert.Equal(train, NamesOf(Open().Train()));
        Assert.Equal(test, NamesOf(Open().Test()));

        foreach (var name in test)
        {
            File.Move(_folder[name], _folder[name.Replace(".png", "-renamed.png", StringComparison.Ordinal)]);
        }

        Assert.Equal(test.Select(name => name.Replace(".png", "-renamed.png", StringComparison.Ordinal)), NamesOf(Open().Test()));
    }

    [Fact]
    public void Copies_of_an_image_are_in_the_same_split()
    {
        for (var image = 0; image < 6; image++)
        {
            Write($"train/a/{image}.png", image);
            Write($"train/a/copy-{image}.png", image);
            Write($"train/b/{image}.png", 50 + image);
        }

        var test = NamesOf(Open(0.5).Test()).Where(name => name.StartsWith("train/a/", StringComparison.Ordinal)).ToList();

        Assert.Equal(6, test.Count);
        Assert.All(test, name => Assert.Contains(
            name.Contains("copy-", StringComparison.Ordinal) ? name.Replace("copy-", "", StringComparison.Ordinal) : name, test));
    }

    [Fact]
    public void No_copy_of_a_test_image_is_for_training()
    {
        WriteClasses(10);
        for (var image = 0; image < 10; image++)
        {
            Write($"unlabeled/{image}.png", image);
        }

        var dataset = Open();
        var (train, test) = (dataset.Report(Split.Train)!, NamesOf(dataset.Test()));

        Assert.Equal(18, NamesOf(train.Images!).Count(name => !name.StartsWith("train/b", StringComparison.Ordinal)) + 2);
        Assert.Equal(
            test.Where(name => name.StartsWith("train/a", StringComparison.Ordinal))
                .Select(name => name.Replace("train/a", "unlabeled", StringComparison.Ordinal))
                .Select(name => (name, "a copy of an image that is held out for testing")),
            train.Refused);
    }

    /// <summary>A picture in two classes is in one split, where the check of copies finds it.</summary>
    [Fact]
    public void A_picture_of_two_classes_is_not_in_both_splits()
    {
        for (var image = 0; image < 8; image++)
        {
            Write($"train/a/{image}.png", image);
            Write($"train/b/{image}.png", 4 + image);
        }

        var dataset = Open(0.5);
        var train = NamesOf(dataset.Train()).ConvertAll(name => File.ReadAllBytes(_folder[name]));
        var test = NamesOf(dataset.Test()).ConvertAll(name => File.ReadAllBytes(_folder[name]));

        Assert.NotEmpty(train);
        Assert.All(test, held => Assert.DoesNotContain(train, held.SequenceEqual));
    }

    [Fact]
    public void A_class_of_one_image_keeps_it_for_training()
    {
        WriteClasses(2);
        Write("train/c/1.png", 90);
        Assert.Equal([1, 1, 0], CountsOf(Open().Test()));
        Assert.Equal([1, 1, 1], CountsOf(Open().Train()));
    }

    [Fact]
    public void Fingerprints_change_with_the_fraction()
    {
        WriteClasses(10);
        Assert.Equal(Open().TrainFingerprint(), Open().TrainFingerprint());
        Assert.NotEqual(Open(0.2).TrainFingerprint(), Open(0.5).TrainFingerprint());
        Assert.NotEqual(Open(0.2).TestFingerprint(), Open(0.5).TestFingerprint());
    }

    [Fact]
    public void The_classes_may_be_directly_in_the_folder()
    {
        for (var image = 0; image < 5; image++)
        {
            Write($"cat/{image}.png", image);
            Write($"dog/{image}.png", 50 + image);
        }

        var dataset = Open(0.2, train: ".");

        Assert.Equal(["cat", "dog"], dataset.Train().ClassNames);
        Assert.Equal([1, 1], CountsOf(dataset.Test()));
    }

    [Fact]
    public void Test_images_beside_a_fraction_are_refused()
    {
        WriteClasses(2);
        Write("test/a/1.png", 90);
        var message = Assert.Throws<UserException>(() => Open()).Message;
        Assert.Equal(
            $"{_folder["test"]}: this folder has test images, but dataset.testFraction holds out others; remove one of both", message);
    }

    [Theory]
    [InlineData("""{ "kind": "folder", "folder": "x", "test": "val", "testFraction": 0.2 }""")]
    [InlineData("""{ "kind": "parquet", "folder": "x", "testFraction": 0.2 }""")]
    [InlineData("""{ "kind": "fashion-mnist", "testFraction": 0.2 }""")]
    public void A_fraction_that_would_have_no_effect_is_refused(string dataset)
    {
        var file = PipelineFile.Parse($$"""{ "dataset": {{dataset}} }""", "test.json", _ => null);
        var message = Assert.Throws<UserException>(() => DatasetOptions.Read(file.Section("dataset"))).Message;
        Assert.Equal(
            "test.json: $.dataset.testFraction: found a value, expected none: only the kind folder has it, and only without \"test\"",
            message);
    }

    private static List<string> NamesOf(ImageSet images) => [.. Enumerable.Range(0, images.Count).Select(images.ImageName)];

    private static IEnumerable<int> CountsOf(ImageSet images) =>
        images.ClassNames.Select((_, label) => images.Labels.Count(value => value == label));

    private IDataset Open(double fraction = 0.2, string? train = null) => DatasetCatalog.Open(
        new DatasetOptions(DatasetKind.Folder, _folder.Path, 4, 3) { TestFraction = fraction, Train = train }, _ => { }, _folder["index"]);

    private void WriteClasses(int imagesPerClass)
    {
        for (var image = 0; image < imagesPerClass; image++)
        {
            Write($"train/a/{image}.png", image);
            Write($"train/b/{image}.png", 50 + image);
        }
    }

    private void Write(string name, int color)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], Pictures.OneColor(new SKColor((byte)color, (byte)(2 * color), 77), 4, 4));
    }
}
