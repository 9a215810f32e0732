using Distill.Cli.Commands;
using Tests.Pipeline;

namespace Tests.Cli;

public class ImagePathsTests
{
    [Fact]
    public void Files_are_taken_as_named_folders_by_their_images_and_lists_line_by_line()
    {
        using var folder = new TempFolder();
        folder.Write("b/2.JPG", "");
        folder.Write("b/1.png", "");
        folder.Write("b/c/3.webp", "");
        folder.Write("b/readme.md", "");

        Assert.Equal(
            ["no image.txt", folder["b/1.png"], folder["b/2.JPG"], folder["b/c/3.webp"], "listed.png", "also listed.png"],
            ImagePaths.Of(["no image.txt", folder["b"], "-"], new StringReader("listed.png\n\nalso listed.png\n")));
    }

    [Theory]
    [InlineData(".jpe")]
    [InlineData(".jfif")]
    public void Folders_are_searched_for_every_extension_of_training_images(string extension)
    {
        using var folder = new TempFolder();
        folder.Write("photo" + extension, "");

        Assert.Equal([folder["photo" + extension]], ImagePaths.Of([folder.Path], TextReader.Null));
    }
}
