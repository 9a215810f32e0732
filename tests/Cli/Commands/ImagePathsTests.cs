using Distill.Cli.Commands;
using Tests.Pipeline;

namespace Tests.Cli.Commands;

/// <summary>Tests how the image arguments of a command are expanded.</summary>
public sealed class ImagePathsTests
{
    [Fact]
    public void Files_stay_as_named_and_folders_and_lists_become_paths()
    {
        using var folder = new TempFolder();
        var log = new List<string>();
        folder.Write("b/2.JPG", "");
        folder.Write("b/1.png", "");
        folder.Write("b/c/3.webp", "");
        folder.Write("b/readme.md", "");

        Assert.Equal(
            ["no image.txt", folder["b/1.png"], folder["b/2.JPG"], folder["b/c/3.webp"], "listed.png", "also listed.png"],
            ImagePaths.Expand(["no image.txt", folder["b"], "-"], new StringReader("listed.png\n\nalso listed.png\n"), log.Add));
        Assert.Equal([$"Skipped 1 file of {folder["b"]}: not an image, with the extension .md (readme.md)"], log);
    }

    [Theory]
    [InlineData(".jpe")]
    [InlineData(".jfif")]
    public void Folders_are_searched_for_every_extension_of_training_images(string extension)
    {
        using var folder = new TempFolder();
        folder.Write("photo" + extension, "");

        Assert.Equal([folder["photo" + extension]], ImagePaths.Expand([folder.Path], TextReader.Null, _ => { }));
    }
}
