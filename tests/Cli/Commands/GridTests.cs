using System.Text.Json.Nodes;

namespace Tests.Cli.Commands;

/// <summary>Runs <c>distill data grid</c> with two operations, one of which is in the pipeline's list.</summary>
[Trait("Category", "Process")]
public sealed class GridTests : IDisposable
{
    private readonly TinyPipeline _pipeline = new(json =>
        json["pretrain"]!["augmentations"] = JsonNode.Parse("""[{ "operation": "crop", "area": [0.6, 0.9] }]"""));

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void Pairs_of_augmentations_are_compared_and_finished_cells_are_skipped()
    {
        var run = DistillProcess.Run(
            _pipeline.Folder, "data", "grid", "pipeline.json", "--operations", "noise", "crop", "--steps", "2", "--json");

        Assert.True(run.ExitCode == 0, run.Errors);
        var json = JsonNode.Parse(run.Output)!;
        Assert.Equal("""["crop","noise"]""", json["operations"]!.ToJsonString());
        var cells = json["heldOutTop1"]!.AsArray();
        Assert.Null(cells[1]![0]);
        foreach (var (first, second, name) in new[] { (0, 0, "crop"), (0, 1, "crop-noise"), (1, 1, "noise") })
        {
            var manifest = JsonNode.Parse(File.ReadAllText(
                Path.Combine(_pipeline.Folder, "models", $"tiny-grid-{name}", "pipeline.lock.json")))!;
            var measured = manifest["stages"]!["probe"]!["metrics"]!["heldOutTop1"]!.GetValue<double>();
            Assert.Equal(measured, cells[first]![second]!.GetValue<double>());
            var pipeline = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Folder, "models", "tiny-grid", name + ".json")))!;
            Assert.Equal(2, pipeline["pretrain"]!["steps"]!.GetValue<int>());
            var list = pipeline["pretrain"]!["augmentations"]!.AsArray();
            Assert.Equal(name.Split('-'), list.Select(operation => (string)operation!["operation"]!));
            Assert.True(first > 0 || list[0]!["area"]!.ToJsonString() == "[0.6,0.9]", list.ToJsonString());
        }

        var page = File.ReadAllText(Path.Combine(_pipeline.Folder, "models", "tiny-grid", "grid.html"));
        Assert.Contains("an operation alone on the diagonal", page, StringComparison.Ordinal);

        var again = DistillProcess.Run(
            _pipeline.Folder, "data", "grid", "pipeline.json", "--operations", "crop", "noise", "--steps", "2");
        Assert.Equal(0, again.ExitCode);
        Assert.DoesNotContain("starts", again.Output, StringComparison.Ordinal);
        Assert.Contains("noise", again.Output, StringComparison.Ordinal);
    }

    /// <summary>A pipeline may leave the number of steps to its default, and Ctrl-C ends the grid and not only its cell.</summary>
    [Fact]
    public void Steps_of_the_pipeline_stay_as_they_are_and_an_interruption_ends_the_grid()
    {
        var path = Path.Combine(_pipeline.Folder, "pipeline.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["pretrain"]!.AsObject().Remove("steps");
        File.WriteAllText(path, json.ToJsonString());
        using var run = new DistillProcess(_pipeline.Folder, "data", "grid", "pipeline.json", "--operations", "crop", "noise");
        run.ReadUntil("pretrain: step");
        run.Signal("INT");

        Assert.Equal(130, run.Finish().ExitCode);
        Assert.False(Directory.Exists(Path.Combine(_pipeline.Folder, "models", "tiny-grid-noise")));
    }

    [Fact]
    public void An_unknown_operation_is_refused_before_anything_runs()
    {
        var run = DistillProcess.Run(_pipeline.Folder, "data", "grid", "pipeline.json", "--operations", "crop", "twirl");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--operations: found \"twirl\", expected one of crop, flip,", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_pipeline.Folder, "models")));
    }
}
