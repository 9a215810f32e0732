using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;
using SkiaSharp;
using Tests.Golden;

namespace Tests.Cli;

/// <summary>The whole road on a folder of photographs of all kinds, with the real process.</summary>
public sealed class PhotoAlbumTests
{
    [Fact]
    public void Photographs_of_all_kinds_go_the_whole_road()
    {
        using var pipeline = new TinyPipeline();
        using var other = new TinyPipeline();
        var images = Path.Combine(pipeline.Folder, "images");
        var album = new PhotoAlbum(images);
        Write(pipeline, images, loaderThreads: 1);
        Write(other, images, loaderThreads: 3);

        var check = DistillProcess.Run(pipeline.Folder, "data", "check", "--json");
        Assert.True(check.ExitCode == 0, check.Errors);
        var reports = JsonNode.Parse(check.Output)!.AsArray();
        Assert.Equal([album.Train, album.Test], reports.Select(report => report!["used"]!.GetValue<int>()));
        Assert.Equal(
            album.Spoilt.Order(StringComparer.Ordinal),
            reports[0]!["refused"]!.AsArray().Select(image => image!["image"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal(PhotoAlbum.Classless, Assert.Single(reports[1]!["refused"]!.AsArray())!["image"]!.GetValue<string>());

        var outcome = DistillProcess.Run(pipeline.Folder, "run");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        var said = outcome.Errors.Split('\n');
        Assert.All([.. album.Spoilt, PhotoAlbum.Classless], name => Assert.Single(said, line => line.StartsWith($"Skipped {Path.Combine(images, name)}: ", StringComparison.Ordinal)));
        Assert.Single(said, line => line.StartsWith($"Read {album.Train} images of", StringComparison.Ordinal) && line.EndsWith($"skipped {album.Spoilt.Count}", StringComparison.Ordinal));
        Assert.Single(said, line => line.StartsWith($"Read {album.Test} images of", StringComparison.Ordinal) && line.EndsWith("skipped 1", StringComparison.Ordinal));

        // Another number of threads: the same weights to the last bit.
        Assert.Equal(0, DistillProcess.Run(other.Folder, "run").ExitCode);
        Assert.Equal(FileHash.OfFile(WeightsOf(pipeline)), FileHash.OfFile(WeightsOf(other)));

        File.WriteAllBytes(Path.Combine(pipeline.Folder, "wide.webp"), PhotoAlbum.Drawing("disc", 900, 31, 5, SKEncodedImageFormat.Webp));
        File.WriteAllBytes(Path.Combine(pipeline.Folder, "dot.png"), PhotoAlbum.Drawing("disc", 1, 1, 5, SKEncodedImageFormat.Png));
        var predicted = DistillProcess.Run(pipeline.Folder, "predict", "wide.webp", "dot.png", Path.Combine(GoldenFile.PathOf("Photos"), "cmyk.jpg"), "--json");
        Assert.True(predicted.ExitCode == 0, predicted.Errors);
        Assert.Equal(3, JsonNode.Parse(predicted.Output)!.AsArray().Count);
    }

    [Fact]
    public void A_check_that_finds_nothing_of_use_says_so_by_its_exit_code()
    {
        using var pipeline = new TinyPipeline();
        var images = Directory.CreateDirectory(Path.Combine(pipeline.Folder, "images", "train", "disc"));
        File.WriteAllText(Path.Combine(images.FullName, "1.jpg"), "no image");
        Write(pipeline, "images", loaderThreads: 1);
        var check = DistillProcess.Run(pipeline.Folder, "data", "check");
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("train/disc/1.jpg: not an image of a known format", check.Output, StringComparison.Ordinal);
        Assert.Contains("has no test images", check.Errors, StringComparison.Ordinal);
        Assert.Matches("skipped: not an image of a known format +│ +1 ", check.Output);
    }

    [Fact]
    public void A_published_set_is_checked_too()
    {
        using var pipeline = new TinyPipeline();
        var check = DistillProcess.Run(pipeline.Folder, "data", "check", "--json");
        Assert.True(check.ExitCode == 0, check.Errors);
        Assert.Equal([3000, 1000], JsonNode.Parse(check.Output)!.AsArray().Select(report => report!["used"]!.GetValue<int>()));
    }

    private static void Write(TinyPipeline pipeline, string images, int loaderThreads) => pipeline.Write(json =>
    {
        json["dataset"] = new JsonObject { ["kind"] = "folder", ["folder"] = images, ["imageSize"] = 32 };
        json["loaderThreads"] = loaderThreads;
    });

    private static string WeightsOf(TinyPipeline pipeline) => Path.Combine(pipeline.Models, "published", "self-distilled", "model.safetensors");
}
