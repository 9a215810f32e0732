using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tests.Cli;

namespace Tests.Crashes;

/// <summary>
/// SHA-256 of each artifact that must not depend on where a run was interrupted. Times do depend on it, so the results table, the model
/// card and files with the hash of one of them are left out.
/// </summary>
internal static class Artifacts
{
    public static SortedDictionary<string, string> Hash(TinyPipeline pipeline)
    {
        string[] withTimes = ["README.md", "SHA256SUMS"];
        var published = Path.Combine(pipeline.Models, "published");
        var manifest = Path.Combine(pipeline.Models, "pipeline.lock.json");
        var files = Directory.EnumerateFiles(pipeline.Models, "weights.safetensors", SearchOption.AllDirectories)
            .Where(path => !path.Contains("checkpoints"))
            .Concat(Directory.EnumerateFiles(published, "*", SearchOption.AllDirectories)
                .Where(path => !withTimes.Contains(Path.GetFileName(path))))
            .Concat(Directory.EnumerateFiles(Path.Combine(pipeline.Folder, "data"), "*.parquet", SearchOption.AllDirectories)
                .Where(path => !path.Contains("-damaged/", StringComparison.Ordinal)));
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in files)
        {
            hashes[Path.GetRelativePath(pipeline.Folder, path)] = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        }

        foreach (var (stage, entry) in JsonNode.Parse(File.ReadAllText(manifest))!["stages"]!.AsObject())
        {
            foreach (var (output, locked) in stage is "evaluate" or "export" or "publish" or "report" ? [] : entry!["outputs"]!.AsObject())
            {
                hashes[$"lock: {stage}/{output}"] = locked!["sha256"]!.GetValue<string>();
            }
        }

        Assert.True(hashes.Count >= 5 + 2 + 6, "too few artifacts to compare: " + string.Join(", ", hashes.Keys));
        return hashes;
    }

    public static void AssertEqual(SortedDictionary<string, string> expected, SortedDictionary<string, string> found)
    {
        Assert.Equal(expected.Keys, found.Keys);
        Assert.All(expected, file => Assert.True(file.Value == found[file.Key], $"{file.Key} has other bytes"));
    }
}
