using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>The command <c>distill init</c> on a folder of images: the file that it writes runs as it is.</summary>
[Trait("Category", "Process")]
public sealed class InitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public InitTests()
    {
        foreach (var (name, color) in new[] { ("red", SKColors.Firebrick), ("blue", SKColors.RoyalBlue) })
        {
            foreach (var (split, count) in new[] { ("train", 12), ("test", 3) })
            {
                Directory.CreateDirectory(_folder[Path.Combine("My photos", split, name)]);
                for (var i = 0; i < count; i++)
                {
                    File.WriteAllBytes(
                        _folder[Path.Combine("My photos", split, name, $"{i}.png")], Pictures.OneColor(color, 32 + i, 32 + i));
                }
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The output names the run, so two drafts of one folder do not replace each other's models.</summary>
    [Fact]
    public void Drafted_pipeline_is_named_by_the_output_and_planned_without_a_complaint()
    {
        var init = DistillProcess.Run(
            _folder.Path, "init", "My photos", "--per-class", "2", "--minutes", "600", "--device", "cpu", "--output", "few.json");
        Assert.True(init.ExitCode == 0, init.Errors + init.Output);
        Assert.Contains("24 training images, 24 with one of 2 classes (12 to 12 each), 6 test images", init.Output);
        Assert.Contains("Wrote few.json", init.Output);
        var pipeline = File.ReadAllText(_folder["few.json"]);
        Assert.Contains("\"name\": \"few\"", pipeline);
        Assert.Contains("\"perClass\": 2", pipeline);

        var plan = DistillProcess.Run(_folder.Path, "run", "few.json", "--dry-run");
        Assert.True(plan.ExitCode == 0, plan.Errors);
        Assert.Contains("pretrain: would run", plan.Output);

        Directory.CreateDirectory(_folder["models/few"]);
        File.Delete(_folder["few.json"]);
        var again = DistillProcess.Run(_folder.Path, "init", "My photos", "--output", "few.json");
        Assert.Equal(
            (1, "models/few: a run of this name exists; give another --output, or --force to use the name again\n"),
            (again.ExitCode, again.Errors));
    }

    /// <summary>
    /// The usual form of a folder of photographs: a folder per class, and nothing set aside for testing. The run writes soft targets into
    /// data/NAME, so a run on data/NAME itself needs another name. An interruption of the measurement leaves no file.
    /// </summary>
    [Fact]
    public void Classes_directly_in_a_folder_of_data_are_enough()
    {
        Directory.CreateDirectory(_folder["data"]);
        Directory.Move(_folder[Path.Combine("My photos", "train")], _folder["data/photos"]);
        using (var init = new DistillProcess(_folder.Path, "init", "data/photos", "--device", "cpu"))
        {
            init.ReadUntil("20 training images, 20 with one of 2 classes (10 to 10 each), 4 test images, held out from them");
            init.ReadUntil("Timing a few steps of each stage:");
            init.Signal("TERM");
            Assert.Equal(130, init.Finish().ExitCode);
        }

        Directory.CreateDirectory(_folder["models/photos-model"]);
        var again = DistillProcess.Run(_folder.Path, "init", "data/photos");
        Assert.StartsWith("models/photos-model: a run of this name exists", again.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train/red", "My photos: found only the class blue, expected a folder of images for each of at least two classes")]
    [InlineData("train/red/*", "My photos: found no images of red; add some, or remove these folders")]
    [InlineData("train", "My photos: found no class, expected a folder of images for each of at least two classes")]
    public void Images_that_no_classifier_can_learn_from_get_one_message(string removed, string message)
    {
        Directory.CreateDirectory(_folder["My photos/unlabeled"]);
        File.WriteAllBytes(_folder["My photos/unlabeled/1.png"], Pictures.OneColor(SKColors.Gold, 32, 32));
        Directory.Delete(_folder[Path.Combine("My photos", removed.TrimEnd('*'))], recursive: true);
        if (removed.EndsWith('*'))
        {
            Directory.CreateDirectory(_folder[Path.Combine("My photos", removed.TrimEnd('*'))]);
        }

        var init = DistillProcess.Run(_folder.Path, "init", "My photos");
        Assert.Equal(1, init.ExitCode);
        Assert.EndsWith(message + "\n", init.Errors);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.json"));
    }

    [Fact]
    public void Existing_file_is_not_replaced()
    {
        _folder.Write("My-photos.json", "{}");
        var init = DistillProcess.Run(_folder.Path, "init", "My photos");
        Assert.Equal(1, init.ExitCode);
        Assert.Contains("My-photos.json: this file exists", init.Errors);
        Assert.Equal("{}", File.ReadAllText(_folder["My-photos.json"]));
    }

    [Theory]
    [InlineData("nowhere: this folder does not exist", "nowhere")]
    [InlineData("--minutes: found \"0\"", "My photos", "--minutes", "0")]
    [InlineData("--output: found the folder My photos, expected a file", "My photos", "--output", "My photos")]
    [InlineData("none/x.json: cannot be written: it does not exist", "My photos", "--output", "none/x.json")]
    [InlineData("--encoder: found no.onnx, expected the path of an ONNX model, or imagenet-resnet18", "My photos", "--encoder", "no.onnx")]
    [InlineData("My photos: --per-class: found 13, but blue has 12 images", "My photos", "--per-class", "13")]
    public void Wrong_arguments_get_one_message(string message, params string[] arguments)
    {
        var init = DistillProcess.Run(_folder.Path, ["init", .. arguments]);
        Assert.Equal(1, init.ExitCode);
        Assert.Contains(message, init.Errors);
        Assert.DoesNotContain("Timing", init.Output);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.json"));
    }
}
