using System.Text.Json.Nodes;

namespace Tests.Cli.Commands;

/// <summary>Tests <c>distill cross-validate</c>.</summary>
[Trait("Category", "Process")]
public sealed class CrossValidateTests
{
    [Fact]
    public void One_row_per_length_covers_all_labeled_images_and_reruns_nothing()
    {
        using var pipeline = new TinyPipeline();
        string[] command = ["cross-validate", "--folds", "2", "--steps", "2", "4", "--json"];

        var first = DistillProcess.Run(pipeline.Folder, command);

        Assert.True(first.ExitCode == 0, first.Errors);
        var rows = JsonNode.Parse(first.Output)!.AsArray();
        Assert.Equal([2, 4], rows.Select(row => row!["steps"]!.GetValue<int>()));
        Assert.All(rows, row =>
        {
            Assert.Equal(20, row!["heldOut"]!.GetValue<int>());
            Assert.InRange(row["top1"]!.GetValue<double>(), 0, 100);
        });

        var again = DistillProcess.Run(pipeline.Folder, command);

        Assert.Equal(first.Output, again.Output);
        Assert.Equal(4, again.Errors.Split('\n').Count(line => line.EndsWith(": already done", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_test_split_is_not_read()
    {
        using var pipeline = new TinyPipeline();
        var sample = Path.Combine(Repository.Root, "data", "sample");
        var folder = Directory.CreateDirectory(Path.Combine(pipeline.Folder, "no-test")).FullName;
        foreach (var file in Directory.GetFiles(sample, "*-ubyte.gz"))
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            File.Copy(file, copy);
            if (Path.GetFileName(file).StartsWith("t10k", StringComparison.Ordinal))
            {
                File.WriteAllText(copy, "not an IDX file: reading it fails");
            }
        }

        pipeline.Write(json => json["dataset"]!["folder"] = folder);

        var outcome = DistillProcess.Run(pipeline.Folder, "cross-validate", "--folds", "2", "--steps", "1", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    [Fact]
    public void More_folds_than_labeled_images_are_refused()
    {
        using var pipeline = new TinyPipeline();

        var outcome = DistillProcess.Run(pipeline.Folder, "cross-validate", "--folds", "21");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("20 labeled images cannot be divided into 21 folds", outcome.Errors, StringComparison.Ordinal);
    }
}
