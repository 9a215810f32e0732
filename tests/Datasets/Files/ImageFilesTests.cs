using System.Diagnostics;
using Distill.Datasets.Files;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Datasets.Files;

/// <summary>Which files of a folder are images, and why others are not.</summary>
public sealed class ImageFilesTests : IDisposable
{
    private static readonly byte[] Jpeg = Pictures.OneColor(SKColors.Red, 4, 4, SKEncodedImageFormat.Jpeg);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".ipynb_checkpoints/1.jpg", ".ipynb_checkpoints/", "hidden")]
    [InlineData("._1.jpg", "._1.jpg", "hidden")]
    [InlineData("cat/.DS_Store", "cat/.DS_Store", "hidden")]
    [InlineData("__MACOSX/1.jpg", "__MACOSX/", "made by the system")]
    [InlineData("cat/@eaDir/1.jpg", "cat/@eaDir/", "made by the system")]
    [InlineData("cat/thumbs.DB", "cat/thumbs.DB", "made by the system")]
    [InlineData("$RECYCLE.BIN/1.jpg", "$RECYCLE.BIN/", "made by the system")]
    [InlineData("cat/1", "cat/1", "a JPEG by its content, but with no extension")]
    [InlineData("cat/1.jpg.txt", "cat/1.jpg.txt", "a JPEG by its content, but with the extension .txt")]
    [InlineData("cat/1.TIF", "cat/1.TIF", "not a supported format (.tif)")]
    public void A_file_without_the_name_of_an_image_is_skipped_with_the_reason(string file, string name, string reason)
    {
        Write(file, Jpeg);
        Write("cat/good.jpg", Jpeg);
        var files = Below();

        Assert.Equal(["cat/good.jpg"], files.Images);
        Assert.Equal([(name, reason)], files.Skipped);
    }

    [Theory]
    [InlineData("II*\0 and the rest of a scan", "not a supported format (TIFF, no extension)")]
    [InlineData("\0\0\0\u0018ftypheic and more", "not a supported format (HEIF, no extension)")]
    [InlineData("\0\0\0\u0018ftypavif and more", "not a supported format (AVIF, no extension)")]
    [InlineData("\0\0\0\u0018ftypisom and more", "not an image, with no extension")]
    [InlineData("BM is the name of a firm.", "not an image, with no extension")]
    [InlineData("", "not an image, with no extension")]
    public void The_content_tells_images_from_other_files(string content, string reason)
    {
        _folder.Write("set/scan", content);

        Assert.Equal([("scan", reason)], Below().Skipped);
    }

    [Theory]
    [InlineData(".JPG")]
    [InlineData(".Jpe")]
    [InlineData(".JFIF")]
    [InlineData(".PnG")]
    public void Extensions_in_any_case_are_images(string extension)
    {
        Write("photo" + extension, Jpeg);

        Assert.Equal(["photo" + extension], Below().Images);
    }

    [Fact]
    public void A_link_to_what_is_listed_is_skipped()
    {
        Write("cat/1.jpg", Jpeg);
        Write("dog/2.jpg", Jpeg);
        Link("cat/again", "..");
        Link("cat/far", "../../..");
        Link("alias", "cat");
        Link("cat/0.jpg", "1.jpg");
        Link("dog/3.jpg", "../cat/1.jpg");
        var files = Below();

        Assert.Equal(["cat/1.jpg", "dog/2.jpg"], files.Images);
        Assert.Equal(["cat", "dog"], files.Folders);
        Assert.Equal(
            [
                ("alias", "a link to a folder that is listed already"),
                ("cat/0.jpg", "a link to a file that is listed already"),
                ("cat/again", "a link to a folder that is listed already"),
                ("cat/far", "a link to a folder around this one"),
                ("dog/3.jpg", "a link to a file that is listed already"),
            ],
            files.Skipped);
    }

    [Fact]
    public void A_link_to_another_place_is_followed_once()
    {
        _folder.Write("pool/a/1.jpg", "");
        _folder.Write("pool/blob", "");
        Write("cat/0.jpg", Jpeg);
        Link("dog", "../pool/a");
        Link("cow", "../pool/a");
        Link("cat/2.jpg", "../../pool/blob");
        Link("cat/3.jpg", "../../pool/blob");
        File.CreateSymbolicLink(_folder["pool/a/back"], _folder["set"]);
        var files = Below();

        Assert.Equal(["cat/0.jpg", "cat/2.jpg", "cow/1.jpg"], files.Images);
        Assert.Equal(["cat", "cow"], files.Folders);
        Assert.Equal(["cat/3.jpg", "cow/back", "dog"], files.Skipped.Select(file => file.Name));
    }

    [Fact]
    public void A_name_without_an_extension_does_not_hide_the_link_to_it()
    {
        Write("blobs/3f2a", Jpeg);
        Link("cat.jpg", "blobs/3f2a");

        Assert.Equal(["cat.jpg"], Below().Images);
    }

    [Fact]
    public void Links_to_nothing_and_in_a_circle_have_one_reason()
    {
        Link("1.jpg", "nowhere.jpg");
        Link("2.jpg", "3.jpg");
        Link("3.jpg", "2.jpg");

        Assert.Equal([("1.jpg", Nothing), ("2.jpg", Nothing), ("3.jpg", Nothing)], Below().Skipped);
    }

    [Fact]
    public void Pipes_and_devices_are_not_opened()
    {
        Directory.CreateDirectory(_folder["set"]);
        using (var mkfifo = Process.Start("mkfifo", [_folder["set/pipe.jpg"], _folder["set/pipe"]]))
        {
            mkfifo.WaitForExit();
            Assert.Equal(0, mkfifo.ExitCode);
        }

        Link("zero.jpg", "/dev/zero");

        Assert.Equal(
            [
                ("pipe", "a named pipe, not a file"), ("pipe.jpg", "a named pipe, not a file"), ("zero.jpg", "a device, not a file"),
            ],
            Below().Skipped);
    }

    [Fact]
    public void A_missing_folder_is_empty() => Assert.Empty(Below().Images);

    private const string Nothing = "cannot be read: a link to nothing";

    private (string[] Images, IReadOnlyList<(string Name, string Reason)> Skipped, IReadOnlyList<string> Folders) Below()
    {
        var files = ImageFiles.Below(_folder["set"]);
        return ([.. files.Images.Select(file => file.Name)], files.Skipped, files.Folders);
    }

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder["set/" + name])!);
        File.CreateSymbolicLink(_folder["set/" + name], target);
    }

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder["set/" + name])!);
        File.WriteAllBytes(_folder["set/" + name], content);
    }
}
