using System.Globalization;
using System.Text.Json.Nodes;

namespace Tests.Cli;

/// <summary>
/// Compares the losses of a tiny run with recorded ones. A stage whose arithmetic changes must get another version, otherwise its old
/// results would be taken for those of the new program. To record: <c>DISTILL_RECORD=1 make test CLASS=FullyQualifiedName~StageVersion</c>.
/// </summary>
[Trait("Category", "Process")]
public sealed class StageVersionTests : IDisposable
{
    private const double Tolerance = 1e-3;

    // The third has seen two updates. Later ones amplify the rounding of processors with other instructions.
    private const int Steps = 3;

    private static readonly string[] Trainings = ["pretrain", "finetune", "distill", "self-distill", "supervised"];
    private static readonly string Recorded = Path.Combine(Repository.Root, "tests", "Cli", "stage-versions.json");

    private readonly TinyPipeline _pipeline = new(json =>
    {
        json["precision"] = "fp32";
        json["dataset"]!["folder"] = TinySample.Whole;
    });

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void Losses_of_a_tiny_run_are_those_of_the_stages_versions()
    {
        var run = DistillProcess.Run(_pipeline.Folder, "run");
        Assert.True(run.ExitCode == 0, run.Errors);
        var stages = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "pipeline.lock.json")))!["stages"]!;
        var found = new JsonObject(Trainings.Select(name => KeyValuePair.Create<string, JsonNode?>(name, new JsonObject
        {
            ["version"] = stages[name]!["version"]!.GetValue<int>(),
            ["losses"] = new JsonArray([.. LossesOf(name).Select(loss => JsonValue.Create(loss))]),
        })));
        if (Environment.GetEnvironmentVariable("DISTILL_RECORD") == "1")
        {
            File.WriteAllText(Recorded, found.ToJsonString(new() { WriteIndented = true }) + "\n");
        }

        var expected = JsonNode.Parse(File.ReadAllText(Recorded))!;
        Assert.All(Trainings, name => AssertSame(name, expected[name]!, found[name]!));
    }

    private static void AssertSame(string name, JsonNode expected, JsonNode found)
    {
        Assert.True(
            VersionOf(expected) == VersionOf(found),
            $"{name} has version {VersionOf(found)}, and its recorded losses are of version {VersionOf(expected)}: record them again");
        var (before, now) = (Losses(expected), Losses(found));
        Assert.Equal(before.Length, now.Length);
        Assert.True(
            before.Zip(now).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance * pair.First),
            $"{name} still has version {VersionOf(found)}, but its losses are {Text(now)} and were {Text(before)}. "
            + "If that is meant, raise its version and record them again");
    }

    private static int VersionOf(JsonNode stage) => stage["version"]!.GetValue<int>();

    private static double[] Losses(JsonNode stage) => [.. stage["losses"]!.AsArray().Select(loss => loss!.GetValue<double>())];

    private static string Text(double[] losses) =>
        string.Join(", ", losses.Select(loss => loss.ToString("0.0000", CultureInfo.InvariantCulture)));

    private double[] LossesOf(string stage) =>
    [
        .. File.ReadLines(Path.Combine(_pipeline.Models, stage, "metrics.jsonl"))
            .Take(Steps).Select(line => JsonNode.Parse(line)!["loss"]!.GetValue<double>()),
    ];
}
