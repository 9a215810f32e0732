using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tests.Cli.Checks;

namespace Tests.Cli.Commands;

/// <summary>Tests <c>distill data check</c>, and that <c>distill run</c> makes the same checks before it computes anything.</summary>
[Trait("Category", "Process")]
public sealed partial class CheckTests : IDisposable
{
    private readonly TinyPipeline _pipeline = new();

    public CheckTests()
    {
        foreach (var (number, name) in new[] { "cat", "dog" }.Index())
        {
            foreach (var image in Enumerable.Range(0, 4))
            {
                Write($"train/{name}/{image}.png", Noise.Picture(10 * number + image, 16, 16));
                Write($"test/{name}/{image}.png", Noise.Picture(100 + 10 * number + image, 16, 16));
            }
        }

        _pipeline.Write(json =>
        {
            json["dataset"] = new JsonObject { ["kind"] = "folder", ["folder"] = "images", ["imageSize"] = 16 };
            json["publish"] = new JsonObject();
            json["labels"] = new JsonObject { ["perClass"] = 2 };
        });
    }

    [Fact]
    public void Check_and_run_report_the_same_and_nothing_is_computed()
    {
        Directory.CreateDirectory(PathOf("train/ant"));
        Directory.Delete(PathOf("test"), recursive: true);
        Write("train/dog/copy.png", File.ReadAllBytes(PathOf("train/cat/0.png")));

        var check = DistillProcess.Run(_pipeline.Folder, "data", "check");
        var run = DistillProcess.Run(_pipeline.Folder, "run");

        Assert.Equal((1, 1), (check.ExitCode, run.ExitCode));
        Assert.Equal(check.Errors, run.Errors);
        Assert.Equal(2, run.Errors.TrimEnd().Split('\n').Length);
        Assert.Contains("images has no test images", run.Errors, StringComparison.Ordinal);
        Assert.Contains("ant (0)", run.Errors, StringComparison.Ordinal);
        Assert.Equal(Warnings(check.Output), Warnings(run.Output));
        Assert.Contains(Warnings(run.Output), warning => warning.Contains("1 picture in two classes", StringComparison.Ordinal));
        Assert.False(Directory.Exists(_pipeline.Models));
    }

    [Fact]
    public void Images_are_counted_by_class_and_split()
    {
        File.Delete(PathOf("test/dog/0.png"));
        Write("unlabeled/1.png", Noise.Picture(500, 20, 30));
        var sheet = Path.Combine(_pipeline.Folder, "sheet.png");

        var check = DistillProcess.Run(_pipeline.Folder, "data", "check", "--sheet", sheet);
        var json = DistillProcess.Run(_pipeline.Folder, "data", "check", "--json");

        Assert.True(check.ExitCode == 0, check.Errors);
        Assert.Matches("│ dog +│ +4 │ +2 │ +3 │", check.Output);
        Assert.Matches("│ all classes +│ +8 │ +4 │ +7 │", check.Output);
        Assert.Contains("train: 16×16 to 20×30 pixels, median 16×16; values 0 to 255\n", check.Output, StringComparison.Ordinal);
        Assert.Contains("  row 3: train, without a class: unlabeled/1.png\n", check.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(sheet));

        var train = JsonNode.Parse(json.Output)!.AsArray()[0]!;
        Assert.Equal("""[{"class":"cat","images":4},{"class":"dog","images":4}]""", train["classes"]!.ToJsonString());
        Assert.Equal("""{"smallest":[16,16],"median":[16,16],"largest":[30,20]}""", train["sizes"]!.ToJsonString());
        Assert.Empty(train["errors"]!.AsArray());
        Assert.Equal(Warnings(check.Output).Length, train["warnings"]!.AsArray().Count);
    }

    [Fact]
    public void One_test_image_ends_a_run_before_it_starts()
    {
        Directory.Delete(PathOf("test"), recursive: true);
        Write("test/cat/1.png", Noise.Picture(1000, 16, 16));

        var run = DistillProcess.Run(_pipeline.Folder, "run");

        Assert.Equal((1, "test: found 1 image in images, expected at least 2: the report compares the features of images\n"),
            (run.ExitCode, run.Errors));
        Assert.False(Directory.Exists(_pipeline.Models));
    }

    [Fact]
    public void A_sheet_that_cannot_be_written_is_wrong_input()
    {
        var check = DistillProcess.Run(_pipeline.Folder, "data", "check", "--sheet", "/proc/sheet.png");

        Assert.Equal(1, check.ExitCode);
        Assert.StartsWith("--sheet: /proc/sheet.png cannot be written: ", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_are_reported_before_a_sheet_that_cannot_be_written()
    {
        Directory.Delete(PathOf("test"), recursive: true);

        var check = DistillProcess.Run(_pipeline.Folder, "data", "check", "--sheet", "/proc/sheet.png");

        var lines = check.Errors.TrimEnd().Split('\n');
        Assert.Equal((1, 2), (check.ExitCode, lines.Length));
        Assert.StartsWith("images has no test images.", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("--sheet: /proc/sheet.png cannot be written: ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Two_images_per_split_run_to_the_end_and_each_stage_ends_at_its_total()
    {
        foreach (var split in new[] { "train", "test" })
        {
            Array.ForEach(["cat", "dog"], name => Array.ForEach([1, 2, 3], image => File.Delete(PathOf($"{split}/{name}/{image}.png"))));
        }

        _pipeline.Write(json =>
        {
            json["dataset"] = new JsonObject { ["kind"] = "folder", ["folder"] = "images", ["imageSize"] = 16 };
            json["publish"] = new JsonObject();
            json["labels"] = new JsonObject { ["perClass"] = 1 };
        });

        var run = DistillProcess.Run(_pipeline.Folder, "run");

        Assert.True(run.ExitCode == 0, run.Errors);
        var last = run.Output.Split('\n').Select(line => Step().Match(line)).Where(match => match.Success)
            .GroupBy(match => match.Groups["stage"].Value, (_, steps) => steps.Last())
            .ToList();
        Assert.True(last.Count >= 8);
        Assert.All(last, step => Assert.Equal(step.Groups["total"].Value, step.Groups["done"].Value));
    }

    public void Dispose() => _pipeline.Dispose();

    private static string[] Warnings(string output) =>
        [.. output.Split('\n').Where(line => line.StartsWith("warning: ", StringComparison.Ordinal))];

    [GeneratedRegex(@"^(?<stage>[\w-]+): step (?<done>\d+)/(?<total>\d+)")]
    private static partial Regex Step();

    private string PathOf(string name) => Path.Combine(_pipeline.Folder, "images", name);

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
    }
}
