using System.Text.Json.Nodes;

namespace Tests.Cli.Commands;

/// <summary>Tests <c>distill evaluate</c> with a published model.</summary>
[Collection(FinishedRun.Collection)]
[Trait("Category", "Process")]
public sealed class EvaluateTests(FinishedRun run)
{
    private readonly TinyPipeline _pipeline = run.Pipeline;

    [Fact]
    public void Evaluation_agrees_with_the_table_of_results()
    {
        var evaluated = DistillProcess.Run(_pipeline.Folder, "evaluate", "--json");

        Assert.True(evaluated.ExitCode == 0, evaluated.Errors);
        var table = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.Equal(
            table.Single(row => row!["name"]!.GetValue<string>() == "self-distilled")!["top1"]!.GetValue<double>(),
            JsonNode.Parse(evaluated.Output)!["top1"]!.GetValue<double>());
    }

    [Fact]
    public void A_folder_of_labeled_images_is_measured_and_a_bad_file_is_named()
    {
        var (data, folder, name) = LabeledFolder("labeled");
        var bad = Path.Combine(folder, "two.png");
        File.WriteAllText(bad, "no image");
        var predicted = DistillProcess.Run(_pipeline.Folder, "predict", Path.Combine(folder, "one.png"), "--json");
        var guess = JsonNode.Parse(predicted.Output)![0]!["label"]!.GetValue<string>();

        var evaluated = DistillProcess.Run(_pipeline.Folder, "evaluate", "--model", run.Published, "--data", data, "--json");

        Assert.Equal(1, evaluated.ExitCode);
        Assert.StartsWith(bad, evaluated.Errors, StringComparison.Ordinal);
        var report = JsonNode.Parse(evaluated.Output)!;
        Assert.Equal(1, report["testImages"]!.GetValue<int>());
        Assert.Equal(guess == name ? 100.0 : 0, report["top1"]!.GetValue<double>());
    }

    [Fact]
    public void A_folder_that_is_not_named_after_a_class_is_wrong_input()
    {
        var (data, _, _) = LabeledFolder("with-tractor");
        Directory.CreateDirectory(Path.Combine(data, "tractor"));

        var evaluated = DistillProcess.Run(_pipeline.Folder, "evaluate", "--model", run.Published, "--data", data);

        Assert.Equal(1, evaluated.ExitCode);
        Assert.Contains("found a folder that is not named after a class", evaluated.Errors, StringComparison.Ordinal);
    }

    /// <summary>Writes a folder with one class folder and one image in it.</summary>
    private (string Data, string Folder, string Class) LabeledFolder(string data)
    {
        var name = File.ReadAllLines(Path.Combine(run.Published, "labels.txt"))[3];
        var root = Path.Combine(_pipeline.Folder, data);
        var folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        File.Copy(run.WriteTestImage("one.png"), Path.Combine(folder, "one.png"), overwrite: true);
        return (root, folder, name);
    }
}
