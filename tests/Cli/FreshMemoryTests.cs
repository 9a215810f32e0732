using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;
using SkiaSharp;
using Tests.Datasets.Folders;

namespace Tests.Cli;

/// <summary>
/// Runs the real command in processes whose newly allocated memory holds different bytes. The weights of a run depend on its options and
/// images only.
/// </summary>
[Trait("Category", "Process")]
public sealed class FreshMemoryTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Small_images_give_the_same_weights_whatever_new_memory_holds(int imageSize)
    {
        var (hash, output) = Pretrain(imageSize, filling: 1);
        var (otherHash, otherOutput) = Pretrain(imageSize, filling: 170);

        Assert.DoesNotContain("NaN", output + otherOutput, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(hash, otherHash);
    }

    /// <summary>Pretrains, and returns the hash of the weights and the output up to that point.</summary>
    private static (string Hash, string Output) Pretrain(int imageSize, int filling)
    {
        using var pipeline = new TinyPipeline(json =>
        {
            json["dataset"] = new JsonObject { ["kind"] = "folder", ["folder"] = "images", ["imageSize"] = imageSize };
        });
        Draw(Path.Combine(pipeline.Folder, "images"));

        // glibc fills allocated blocks with the complement of this byte, and small blocks, too, if threads keep no caches.
        var environment = new Dictionary<string, string?>
        {
            ["MALLOC_PERTURB_"] = $"{filling}",
            ["GLIBC_TUNABLES"] = "glibc.malloc.tcache_count=0",
        };
        using var process = new DistillProcess(pipeline.Folder, environment, "run");
        var lines = new List<string>();
        while (process.ReadLine() is { } line && !line.StartsWith("finetune:", StringComparison.Ordinal))
        {
            lines.Add(line);
        }

        process.Kill();
        var outcome = process.Finish();
        var weights = Path.Combine(pipeline.Models, "pretrain", "weights.safetensors");
        Assert.True(File.Exists(weights), outcome.Errors);
        return (FileHash.OfFile(weights), string.Join('\n', lines) + outcome.Errors);
    }

    private static void Draw(string folder)
    {
        foreach (var (name, count) in new[] { ("train/a", 8), ("train/b", 8), ("test/a", 2), ("test/b", 2) })
        {
            var images = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            for (var i = 0; i < count; i++)
            {
                File.WriteAllBytes(Path.Combine(images, $"{i}.png"), Pictures.Gradient(40, 40, name[^1] + i, SKEncodedImageFormat.Png));
            }
        }
    }
}
