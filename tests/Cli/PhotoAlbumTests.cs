using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Distill.Pipeline.Storage;
using SkiaSharp;
using Tests.Golden;

namespace Tests.Cli;

/// <summary>Tests the real command on a folder of photographs of all kinds.</summary>
[Trait("Category", "Process")]
public sealed class PhotoAlbumTests
{
    private const string LastTraining = "self-distill";

    [Fact]
    public void Photographs_of_all_kinds_run_through_the_whole_pipeline()
    {
        using var pipeline = new TinyPipeline();
        using var other = new TinyPipeline();
        var images = Path.Combine(pipeline.Folder, "images");
        var album = new PhotoAlbum(images);
        Write(pipeline, images, loaderThreads: 1);
        Write(other, images, loaderThreads: 3);

        AssertCheckFinds(album, pipeline);
        AssertRunReportsOnce(album, images, DistillProcess.Run(pipeline.Folder, "run"));

        // Another number of loader threads gives the same weights to the last bit.
        Assert.Equal(0, DistillProcess.Run(other.Folder, "run", "--until", LastTraining).ExitCode);
        Assert.Equal(FileHash.OfFile(WeightsOf(pipeline)), FileHash.OfFile(WeightsOf(other)));

        AssertPredictsUnusualImages(pipeline);
    }

    [Fact]
    public void A_check_that_finds_no_usable_image_exits_with_1()
    {
        using var pipeline = new TinyPipeline();
        var images = Directory.CreateDirectory(Path.Combine(pipeline.Folder, "images", "train", "disc"));
        File.WriteAllText(Path.Combine(images.FullName, "1.jpg"), "no image");
        Write(pipeline, "images", loaderThreads: 1);

        var check = DistillProcess.Run(pipeline.Folder, "data", "check");

        Assert.Equal(1, check.ExitCode);
        Assert.Contains(": not an image of a known format (train/disc/1.jpg)", check.Output, StringComparison.Ordinal);
        Assert.Contains("has no test images", check.Errors, StringComparison.Ordinal);
        Assert.Matches("skipped: not an image of a known format +│ +1 ", check.Output);
    }

    [Fact]
    public void A_published_dataset_is_checked_too()
    {
        using var pipeline = new TinyPipeline(json => json["dataset"]!["folder"] = TinySample.Whole);

        var check = DistillProcess.Run(pipeline.Folder, "data", "check", "--json");

        Assert.True(check.ExitCode == 0, check.Errors);
        Assert.Equal([3000, 1000], JsonNode.Parse(check.Output)!.AsArray().Select(report => report!["used"]!.GetValue<int>()));
    }

    private static void AssertCheckFinds(PhotoAlbum album, TinyPipeline pipeline)
    {
        var check = DistillProcess.Run(pipeline.Folder, "data", "check", "--json");
        Assert.True(check.ExitCode == 0, check.Errors);
        var reports = JsonNode.Parse(check.Output)!.AsArray();
        Assert.Equal([album.Train, album.Test], reports.Select(report => report!["used"]!.GetValue<int>()));
        Assert.Equal(
            album.Unusable.Order(StringComparer.Ordinal),
            reports[0]!["refused"]!.AsArray().Select(image => image!["image"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal(PhotoAlbum.Classless, Assert.Single(reports[1]!["refused"]!.AsArray())!["image"]!.GetValue<string>());
    }

    private static void AssertRunReportsOnce(PhotoAlbum album, string images, DistillProcess.Outcome run)
    {
        Assert.True(run.ExitCode == 0, run.Errors);
        var lines = run.Errors.Split('\n');
        // One line for each reason and split, with the number of files.
        var skipped = lines.Select(line => Regex.Match(line, $"^Skipped ([0-9]+) files? of {Regex.Escape(images)}: "))
            .Where(match => match.Success);
        Assert.Equal(album.Unusable.Count + 1, skipped.Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
        Assert.Single(lines, line => line.Contains($"({PhotoAlbum.Classless})", StringComparison.Ordinal));
        AssertOneLine($"Read {album.Train} images of", $"skipped {album.Unusable.Count}");
        AssertOneLine($"Read {album.Test} images of", "skipped 1");

        void AssertOneLine(string start, string end) => Assert.Single(
            lines,
            line => line.StartsWith(start, StringComparison.Ordinal) && line.EndsWith(end, StringComparison.Ordinal));
    }

    private static void AssertPredictsUnusualImages(TinyPipeline pipeline)
    {
        File.WriteAllBytes(Path.Combine(pipeline.Folder, "wide.webp"), PhotoAlbum.Drawing("disc", 900, 31, 5, SKEncodedImageFormat.Webp));
        File.WriteAllBytes(Path.Combine(pipeline.Folder, "dot.png"), PhotoAlbum.Drawing("disc", 1, 1, 5, SKEncodedImageFormat.Png));
        var cmyk = Path.Combine(GoldenFile.PathOf("Photos"), "cmyk.jpg");

        var predicted = DistillProcess.Run(pipeline.Folder, "predict", "wide.webp", "dot.png", cmyk, "--json");

        Assert.True(predicted.ExitCode == 0, predicted.Errors);
        Assert.Equal(3, JsonNode.Parse(predicted.Output)!.AsArray().Count);
    }

    private static void Write(TinyPipeline pipeline, string images, int loaderThreads) => pipeline.Write(json =>
    {
        json["dataset"] = new JsonObject { ["kind"] = "folder", ["folder"] = images, ["imageSize"] = 32 };
        json["loaderThreads"] = loaderThreads;
    });

    private static string WeightsOf(TinyPipeline pipeline) =>
        Path.Combine(pipeline.Models, LastTraining, "weights.safetensors");
}
