using System.Text.Json.Nodes;
using SkiaSharp;
using Tests.Datasets.Folders;

namespace Tests.Cli;

/// <summary>Tests the whole pipeline on a folder of color images, through code that gray images do not use.</summary>
[Trait("Category", "Process")]
public sealed class OwnImagesTests
{
    private static readonly (string Name, SKColor Color)[] Classes =
        [("red", SKColors.Firebrick), ("green", SKColors.SeaGreen), ("blue", SKColors.RoyalBlue)];

    [Fact]
    public void Color_images_run_through_the_pipeline_and_a_broken_one_is_named_once()
    {
        using var pipeline = new TinyPipeline();
        Draw(Path.Combine(pipeline.Folder, "images"));
        pipeline.Write(json =>
        {
            json["dataset"] = new JsonObject { ["kind"] = "folder", ["folder"] = "images", ["imageSize"] = 16 };
            json["pretrain"]!["network"] = new JsonObject
            {
                ["architecture"] = "resnet50",
                ["width"] = 0.0625,
                ["selectiveKernels"] = true,
            };
            json["pretrain"]!["queue"] = new JsonObject { ["size"] = 64 };
        });

        var outcome = DistillProcess.Run(pipeline.Folder, "run");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.True(File.Exists(Path.Combine(pipeline.Models, "published", "self-distilled", "model.safetensors")));
        Assert.Single(outcome.Errors.Split('\n'), line => line.Contains("broken.jpg", StringComparison.Ordinal));
    }

    private static void Draw(string folder)
    {
        foreach (var (name, color) in Classes)
        {
            foreach (var (split, count) in new[] { ("train", 8), ("test", 2) })
            {
                var images = Directory.CreateDirectory(Path.Combine(folder, split, name)).FullName;
                for (var i = 0; i < count; i++)
                {
                    File.WriteAllBytes(Path.Combine(images, $"{i}.png"), Pictures.OneColor(color, 16 + i, 20));
                }
            }
        }

        File.WriteAllText(Path.Combine(folder, "train", "red", "broken.jpg"), "no image");
    }
}
