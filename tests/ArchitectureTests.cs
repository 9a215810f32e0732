using System.Xml.Linq;

namespace Tests;

/// <summary>Keeps the direction of dependencies that ARCHITECTURE.md describes.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Pipeline"] = 1,
        ["Learning"] = 2,
        ["Imaging"] = 3,
        ["Pretrain"] = 4,
        ["FineTune"] = 4,
        ["Label"] = 4,
        ["Distill"] = 4,
        ["Publish"] = 4,
        ["Cli"] = 5,
    };

    private static readonly string Stages = Path.Combine(Repository.Root, "stages");

    [Fact]
    public void Every_project_stands_on_a_floor() =>
        Assert.Equal(Floors.Keys.Order(), Directory.GetDirectories(Stages).Select(Path.GetFileName).Order());

    [Fact]
    public void A_project_uses_only_those_below_it()
    {
        foreach (var (project, floor) in Floors)
        {
            foreach (var used in Includes(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)))
            {
                Assert.True(Floors[used] < floor, $"{project} (floor {floor}) uses {used} (floor {Floors[used]})");
            }
        }
    }

    [Fact]
    public void The_pipeline_knows_no_tensor_and_no_image() =>
        Assert.Equal(["Google.Protobuf", "Polly.Core", "Spectre.Console"], Includes("Pipeline", "PackageReference").Order());

    [Fact]
    public void Namespaces_equal_folders()
    {
        foreach (var file in Directory.EnumerateFiles(Stages, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(Repository.Root, file))!;
            var expected = string.Join('.', folder.Split('/').Select((part, i) => i == 0 ? "Stages" : part));
            var declared = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
            if (!folder.Contains("/obj") && !folder.Contains("/bin") && declared is not null)
            {
                Assert.Equal($"namespace {expected};", declared);
            }
        }
    }

    private static IEnumerable<string> Includes(string project, string kind) =>
        XDocument.Load(Path.Combine(Stages, project, project + ".csproj"))
            .Descendants(kind)
            .Select(element => element.Attribute("Include")!.Value);
}
