using System.Text.Json.Nodes;

namespace Tests.Cli.Commands;

/// <summary>Runs <c>distill compare</c> with every method, neighbors and two seeds.</summary>
[Trait("Category", "Process")]
public sealed class CompareTests : IDisposable
{
    private readonly TinyPipeline _pipeline = new(json =>
    {
        json["neighbors"] = new JsonObject { ["count"] = 4 };
        json["probe"] = new JsonObject { ["labels"] = "all", ["neighbors"] = false };
        json["rounds"]!["distill"]!["student"]!["neighborWeight"] = 0.5;
        json["rivals"] = JsonNode.Parse("""
            {
              "views": 320, "batchSize": 4, "network": { "architecture": "resnet18", "width": 0.125 },
              "pseudo-label": { "ratio": 1 }, "vat": { "ratio": 1 }, "s4l": { "ratio": 1 }, "uda": { "ratio": 1 },
              "fixmatch": { "ratio": 1 },
              "meta-pseudo-labels": { "ratio": 1 }, "instdisc": { "batchSize": 16 }, "pirl": { "batchSize": 16 },
              "simclr": { "batchSize": 16 }, "cpc": { "batchSize": 16 }, "poisson": {},
              "bigbigan": { "batchSize": 16, "width": 2, "latent": 4 },
              "self-training": { "student": { "batchSize": 16, "steps": 6 } },
              "s4l-retrained": { "student": { "batchSize": 16, "steps": 6 } },
              "s4l-tuned": { "steps": 4 }, "meta-pseudo-labels-tuned": { "steps": 4 }
            }
            """);
    });

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void Methods_are_compared_over_seeds_and_finished_stages_are_skipped()
    {
        var run = DistillProcess.Run(_pipeline.Folder, "compare", "pipeline.json", "--seeds", "0", "1", "--output", "out", "--json");

        Assert.True(run.ExitCode == 0, run.Errors);
        var json = JsonNode.Parse(run.Output)!;
        Assert.Equal(TinyPipeline.Name, json["columns"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(20, json["columns"]![0]!["labels"]!.GetValue<int>());
        Assert.Equal(
            [
                "supervised", "pseudo-label", "vat", "s4l", "uda", "fixmatch", "meta-pseudo-labels", "instdisc", "pirl", "simclr", "cpc",
                "bigbigan", "poisson", "self-training", "s4l-retrained", "meta-pseudo-labels-tuned", "s4l-tuned",
                "linear", "teacher", "distilled", "self-distilled",
            ],
            json["rows"]!.AsArray().Select(row => row!["name"]!.GetValue<string>()));
        Assert.All(json["rows"]!.AsArray(), row => Assert.Equal(2, row!["cells"]![0]!["top1"]!.AsArray().Count));
        var page = File.ReadAllText(Path.Combine(_pipeline.Folder, "out", "comparison.html"));
        Assert.Contains("self-training", page, StringComparison.Ordinal);

        var again = DistillProcess.Run(_pipeline.Folder, "compare", "pipeline.json", "--seeds", "1", "0");
        Assert.Equal(0, again.ExitCode);
        Assert.DoesNotContain("starts", again.Output, StringComparison.Ordinal);
        Assert.Contains("20 labels", again.Output, StringComparison.Ordinal);

        AssertEncodersAreShared();
    }

    /// <summary>With fewer labels, everything but the encoders is trained again.</summary>
    private void AssertEncodersAreShared()
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Folder, "pipeline.json")))!;
        json["name"] = "fewer";
        json["labels"] = new JsonObject { ["perClass"] = 1 };
        var rivals = json["rivals"]!.AsObject();
        foreach (var method in rivals.Select(entry => entry.Key).Except(["views", "batchSize", "network", "instdisc"]).ToArray())
        {
            rivals.Remove(method);
        }

        json["rounds"] = new JsonObject();
        json["publish"] = new JsonObject { ["student"] = "linear" };
        File.WriteAllText(Path.Combine(_pipeline.Folder, "fewer.json"), json.ToJsonString());
        var run = DistillProcess.Run(_pipeline.Folder, "compare", "pipeline.json", "fewer.json", "--seeds", "1");

        Assert.True(run.ExitCode == 0, run.Errors);
        (string, bool)[] stages = [("pretrain", true), ("instdisc-pretrain", true), ("instdisc", false), ("finetune", false)];
        foreach (var (stage, shared) in stages)
        {
            var taken = run.Output.Contains($"{stage}: taken from models/tiny-seed-1", StringComparison.Ordinal);
            Assert.True(taken == shared, $"{stage}: {run.Output}");
        }
    }

    [Fact]
    public void Pipelines_of_one_name_are_refused_before_anything_runs()
    {
        File.Copy(Path.Combine(_pipeline.Folder, "pipeline.json"), Path.Combine(_pipeline.Folder, "other.json"));

        var run = DistillProcess.Run(_pipeline.Folder, "compare", "pipeline.json", "other.json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("found two pipelines of the name \"tiny\"", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_pipeline.Folder, "models")));
    }
}
