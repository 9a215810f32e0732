using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tests;

/// <summary>Keeps the direction of dependencies that ARCHITECTURE.md describes, between projects and between namespaces.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Base = ["Pipeline", "Learning", "Datasets", "Imaging"];

    /// <summary>Each project with the projects that it may reference, lowest first.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Pipeline"] = [],
        ["ParquetFiles"] = [],
        ["Learning"] = ["Pipeline"],
        ["Datasets"] = ["Pipeline", "ParquetFiles", "Learning"],
        ["Imaging"] = ["Pipeline", "ParquetFiles", "Learning", "Datasets"],
        ["Artifacts"] = Base,
        ["Encoders"] = [.. Base, "ParquetFiles"],
        ["Classify"] = [.. Base, "Encoders"],
        ["Pretrain"] = Base,
        ["Probe"] = Base,
        ["FineTune"] = Base,
        ["Supervised"] = Base,
        ["Neighbors"] = Base,
        ["Rivals"] = [.. Base, "Pretrain"],
        ["Label"] = Base,
        ["Distill"] = Base,
        ["Evaluate"] = [.. Base, "Artifacts"],
        ["Temperature"] = [.. Base, "Artifacts"],
        ["Export"] = [.. Base, "Artifacts"],
        ["Publish"] = [.. Base, "Artifacts"],
        ["Report"] = [.. Base, "Artifacts"],
        ["Serve"] = [.. Base, "Artifacts"],
    };

    private static readonly string Stages = Path.Combine(Repository.Root, "stages");

    [Fact]
    public void Every_folder_of_stages_is_a_listed_project() =>
        Assert.Equal(Allowed.Keys.Append("Cli").Order(), Directory.GetDirectories(Stages).Select(Path.GetFileName).Order());

    [Fact]
    public void Projects_reference_only_the_allowed_projects()
    {
        foreach (var (project, allowed) in Allowed)
        {
            var used = Includes(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));
            Assert.Empty(used.Except(allowed).Select(other => $"{project} references {other}"));
        }
    }

    [Fact]
    public void Pipeline_references_no_tensor_and_no_image_library() =>
        Assert.Equal(["Google.Protobuf", "Polly.Core", "Spectre.Console"], Includes("Pipeline", "PackageReference").Order());

    /// <summary>Distill starts where ASP.NET Core is not installed, because only this project knows it, as a private reference.</summary>
    [Fact]
    public void Only_Serve_references_a_framework_and_the_program_does_not_need_it()
    {
        var projects = Allowed.Keys.Append("Cli").Where(project => Includes(project, "FrameworkReference").Any());
        var configuration = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "distill.runtimeconfig.json"));

        Assert.Equal(["Serve"], projects);
        Assert.Contains("Microsoft.NETCore.App", configuration, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore", configuration, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_equal_folders()
    {
        foreach (var file in Sources())
        {
            var declared = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
            if (declared is not null)
            {
                Assert.Equal($"namespace {NamespaceOf(file)};", declared);
            }
        }
    }

    /// <summary>Two folders of one parent never use each other, directly or through their own subfolders or other siblings.</summary>
    [Fact]
    public void Sibling_namespaces_have_no_cycle()
    {
        var edges = Sources()
            .SelectMany(file => Using().Matches(File.ReadAllText(file))
                .Select(used => SiblingEdge(NamespaceOf(file), used.Groups[1].Value)))
            .Where(edge => edge is not null)
            .Select(edge => edge!.Value)
            .Distinct()
            .ToLookup(edge => edge.From, edge => edge.To);
        var done = new HashSet<string>();
        foreach (var start in edges.Select(group => group.Key))
        {
            Visit(start, []);
        }

        void Visit(string node, IReadOnlyList<string> path)
        {
            Assert.False(path.Contains(node), $"namespace cycle: {string.Join(" → ", path.Append(node))}");
            if (!done.Contains(node))
            {
                foreach (var next in edges[node])
                {
                    Visit(next, [.. path, node]);
                }

                done.Add(node);
            }
        }
    }

    /// <summary>The two namespaces below the common parent: Distill.A.B.C using Distill.A.D gives (Distill.A.B, Distill.A.D).</summary>
    private static (string From, string To)? SiblingEdge(string user, string used)
    {
        var (from, to) = (user.Split('.'), used.Split('.'));
        var common = from.Zip(to).TakeWhile(pair => pair.First == pair.Second).Count();
        return common == from.Length || common == to.Length ? null : (Head(from, common + 1), Head(to, common + 1));
    }

    private static string Head(string[] parts, int count) => string.Join('.', parts.Take(count));

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Stages, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static string NamespaceOf(string file) =>
        "Distill." + Path.GetDirectoryName(Path.GetRelativePath(Stages, file))!.Replace('/', '.');

    private static IEnumerable<string> Includes(string project, string kind) =>
        XDocument.Load(Path.Combine(Stages, project, project + ".csproj"))
            .Descendants(kind)
            .Select(element => element.Attribute("Include")!.Value);

    [GeneratedRegex(@"^using (?:static )?(Distill\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
