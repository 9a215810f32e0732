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

    [Fact]
    public void Drafted_pipeline_is_planned_without_a_complaint()
    {
        var init = DistillProcess.Run(_folder.Path, "init", "My photos", "--minutes", "600", "--device", "cpu");
        Assert.True(init.ExitCode == 0, init.Errors + init.Output);
        Assert.Contains("24 training images, 24 with one of 2 classes (12 to 12 each), 6 test images", init.Output);
        Assert.Contains("Wrote My-photos.json", init.Output);

        var plan = DistillProcess.Run(_folder.Path, "run", "My-photos.json", "--dry-run");
        Assert.True(plan.ExitCode == 0, plan.Errors);
        Assert.Contains("pretrain: would run", plan.Output);
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
    [InlineData("nowhere", "30", "nowhere")]
    [InlineData("My photos", "0", "--minutes: found \"0\"")]
    public void Wrong_arguments_get_one_message(string folder, string minutes, string message)
    {
        var init = DistillProcess.Run(_folder.Path, "init", folder, "--minutes", minutes);
        Assert.Equal(1, init.ExitCode);
        Assert.Contains(message, init.Errors);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.json"));
    }
}
