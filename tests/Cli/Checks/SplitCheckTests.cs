using Tests.Datasets.Folders;

namespace Tests.Cli.Checks;

/// <summary>Splits and labels that a stage could not use: each is an error, and all are named at once.</summary>
public sealed class SplitCheckTests : IDisposable
{
    private readonly CheckedFolder _folder = new();

    [Fact]
    public void A_good_folder_has_no_findings() => Assert.Empty(_folder.Check().Findings);

    [Fact]
    public void A_missing_test_split_is_an_error()
    {
        _folder.Delete("test");

        Assert.Contains("has no test images", Assert.Single(_folder.Check().Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_test_split_is_an_error()
    {
        _folder.Delete("test");
        Directory.CreateDirectory(_folder["test/cat"]);

        Assert.Equal($"test: no image of {_folder.Temporary["set"]} can be used: there are none", Assert.Single(_folder.Check().Errors));
    }

    [Fact]
    public void A_test_split_without_classes_is_an_error()
    {
        _folder.Delete("test");
        _folder.Write("test/1.png", _folder.NewPicture());
        _folder.Write("test/2.png", _folder.NewPicture());

        Assert.EndsWith(
            "2: a test image without a class (test/1.png, test/2.png)", Assert.Single(_folder.Check().Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_test_split_is_an_error_that_states_the_reasons()
    {
        _folder.Replace("test", number => number == 0 ? [] : "no image"u8.ToArray());

        Assert.EndsWith(
            "5: not an image of a known format (test/cat/01.png, test/dog/00.png, test/dog/01.png, …); "
                + "1: zero bytes long (test/cat/00.png)",
            Assert.Single(_folder.Check().Errors),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_split_without_images_is_the_only_error()
    {
        _folder.Replace("train", _ => "no image"u8.ToArray());

        Assert.StartsWith("train: no image of ", Assert.Single(_folder.Check().Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_test_split_is_an_error_beside_it()
    {
        _folder.Replace("train", _ => "no image"u8.ToArray());
        _folder.Delete("test");

        Assert.Equal(2, _folder.Check().Errors.Count());
    }

    [Fact]
    public void A_class_that_only_the_test_split_has_is_an_error()
    {
        _folder.Write("test/wolf/1.png", _folder.NewPicture());

        Assert.EndsWith(": wolf", Assert.Single(_folder.Check().Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cat", "Cat", "cat", "upper and lower case")]
    [InlineData("cat ", "cat", "cat ", "blanks or invisible characters")]
    public void A_class_that_looks_like_another_is_odd(string name, string earlier, string later, string difference)
    {
        foreach (var number in Enumerable.Range(0, 2))
        {
            _folder.Write($"train/{name}/{number}.png", _folder.NewPicture());
            _folder.Write($"test/{name}/{number}.png", _folder.NewPicture());
        }

        Assert.Equal(
            $"train: 1 class that looks like another: \"{later}\" (differs from \"{earlier}\" only in {difference})",
            Assert.Single(_folder.Check().Warnings));
    }

    [Fact]
    public void One_image_is_too_few_in_either_split()
    {
        _folder.Delete("train");
        _folder.Delete("test");
        _folder.Write("train/cat/1.png", _folder.NewPicture());
        _folder.Write("test/cat/1.png", _folder.NewPicture());

        Assert.Collection(
            _folder.Check("""{ "labels": { "perClass": 1 } }""").Errors,
            train => Assert.StartsWith("train: found 1 image in ", train, StringComparison.Ordinal),
            test => Assert.StartsWith("test: found 1 image in ", test, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_class_with_too_few_labeled_images_is_named()
    {
        Directory.CreateDirectory(_folder["train/ant"]);
        _folder.Write("train/wolf/1.png", _folder.NewPicture());

        Assert.Equal(
            "labels.perClass is 2, but 2 classes have fewer labeled images: ant (0), wolf (1)", Assert.Single(_folder.Check().Errors));
        Assert.Equal(
            "labels: 1 class has no labeled images left to draw: ant",
            Assert.Single(_folder.Check("""{ "labels": { "fraction": 0.1 } }""").Errors));
    }

    [Fact]
    public void Errors_of_both_splits_and_of_the_batch_are_found_at_once()
    {
        Directory.CreateDirectory(_folder["train/yak"]);
        _folder.Delete("test");

        var check = _folder.Check("""{ "pretrain": { "batchSize": 512 } }""");

        Assert.Equal(2, check.Errors.Count());
        Assert.Contains(check.Warnings, warning => warning.StartsWith("pretrain.batchSize: found 512", StringComparison.Ordinal));
    }

    [Fact]
    public void Held_out_labels_that_are_not_there_are_an_error()
    {
        var error = Assert.Single(_folder.Check("""{ "publish": { "heldOut": { "perClass": 33 } } }""").Errors);

        Assert.Equal(
            "publish.heldOut.perClass is 33, but 3 classes have fewer labeled images: cat (32), dog (32), fox (32)", error);
    }

    [Fact]
    public void A_probe_without_two_labels_of_a_class_is_an_error() => Assert.StartsWith(
        "probe.solver is lbfgs",
        Assert.Single(_folder.Check("""{ "labels": { "perClass": 1 }, "probe": { "neighbors": false } }""").Errors),
        StringComparison.Ordinal);

    [Fact]
    public void Distillation_of_unlabeled_images_needs_some() => Assert.StartsWith(
        "rounds.distill.student.images: found \"unlabeled\"",
        Assert.Single(_folder.Check(
            """{ "labels": { "fraction": 1 }, "rounds": { "distill": { "student": { "images": "unlabeled" } } } }""").Errors),
        StringComparison.Ordinal);

    [Fact]
    public void A_class_that_a_list_leaves_out_is_a_warning()
    {
        Directory.CreateDirectory(_folder["train/ant"]);
        _folder.Delete("test/fox");
        var list = _folder.Temporary.Write("list.txt", "train/cat/00.png\ntrain/cat/01.png\ntrain/dog/00.png\ntrain/dog/01.png\n");

        var check = _folder.Check($$"""{ "labels": { "list": "{{list}}" } }""");

        Assert.Empty(check.Errors);
        Assert.Collection(
            check.Warnings,
            warning => Assert.StartsWith("train: 1 class (ant) without an image", warning, StringComparison.Ordinal),
            warning => Assert.StartsWith("train: 1 class (fox) without a labeled image", warning, StringComparison.Ordinal),
            warning => Assert.StartsWith("test: 2 classes (ant, fox) without an image", warning, StringComparison.Ordinal));
    }

    [Fact]
    public void One_class_is_odd()
    {
        Array.ForEach(["train/dog", "train/fox", "test/dog", "test/fox"], _folder.Delete);

        Assert.Contains("train: found one class, cat, so every answer of a network is right", _folder.Check().Warnings);
    }

    [Fact]
    public void Images_that_cannot_be_used_do_not_count()
    {
        _folder.Replace("train/cat", number => number < 2 ? _folder.NewPicture() : Pictures.OneColor(new(1, 2, 3), 4, 4)[..20]);

        Assert.Empty(_folder.Check().Errors);
        Assert.Equal(
            "labels.perClass is 3, but 1 class has fewer labeled images: cat (2)",
            Assert.Single(_folder.Check("""{ "labels": { "perClass": 3 } }""").Errors));
    }

    public void Dispose() => _folder.Dispose();
}
