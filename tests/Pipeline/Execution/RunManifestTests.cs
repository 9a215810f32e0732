using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Tests.Pipeline.Execution;

public sealed class RunManifestTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    private string ManifestPath => _folder["pipeline.lock.json"];

    [Fact]
    public void The_file_is_indented_and_ordered_by_stage()
    {
        var written = Load();
        written.Set("pretrain", Entry("k1") with { State = LockedState.Running });
        written.Set("finetune", Entry("k2") with
        {
            Inputs = new Dictionary<string, string> { ["pretrain/weights"] = "00" },
            Outputs = new Dictionary<string, LockedOutput> { ["weights"] = new("models/x", "01", 3) },
            FinishedUtc = Noon,
        });

        var content = File.ReadAllText(ManifestPath);
        Assert.Equal(content, File.ReadAllText(ManifestPath + ".copy"));
        Assert.Equal(
            """
            {
              "version": 2,
              "stages": {
                "finetune": {
                  "key": "k2",
                  "version": 1,
                  "state": "done",
                  "options": {},
                  "inputs": {
                    "pretrain/weights": "00"
                  },
                  "outputs": {
                    "weights": {
                      "path": "models/x",
                      "sha256": "01",
                      "bytes": 3
                    }
                  },
                  "metrics": {},
                  "startedUtc": "2030-01-02T12:00:00+00:00",
                  "finishedUtc": "2030-01-02T12:00:00+00:00",
                  "seconds": 1.5,
                  "resumes": 0
                },
                "pretrain": {
                  "key": "k1",
                  "version": 1,
                  "state": "running",
                  "options": {},
                  "inputs": {},
                  "outputs": {},
                  "metrics": {},
                  "startedUtc": "2030-01-02T12:00:00+00:00",
                  "finishedUtc": null,
                  "seconds": 1.5,
                  "resumes": 0
                }
              },
              "sha256": "HASH"
            }

            """,
            content.Replace(JsonNode.Parse(content)!["sha256"]!.GetValue<string>(), "HASH"));
    }

    [Fact]
    public void Reading_and_writing_again_gives_the_same_bytes()
    {
        Load().Set("pretrain", Entry("k1"));
        var bytes = File.ReadAllBytes(ManifestPath);

        var again = Load();
        again.Set("pretrain", again.Stages["pretrain"]);

        Assert.Equal(bytes, File.ReadAllBytes(ManifestPath));
    }

    [Fact]
    public void Every_field_of_an_entry_is_read_back()
    {
        var entry = new LockEntry(
            new string('a', 64),
            3,
            LockedState.Done,
            new JsonObject { ["rate"] = 1e-7, ["name"] = "é" },
            new Dictionary<string, string> { ["dataset/train"] = "00" },
            new Dictionary<string, LockedOutput> { ["weights"] = new("models/x", "01", long.MaxValue) },
            new JsonObject { ["knn"] = 41.25 },
            Noon,
            Noon.AddSeconds(90.5),
            90.5,
            2,
            ["cpu, bf16", "cuda:0, bf16"]);

        Load().Set("pretrain", entry);
        var read = Load().Stages["pretrain"];

        Assert.Equivalent(entry with { Options = [], Metrics = [] }, read with { Options = [], Metrics = [] }, strict: true);
        Assert.Equal(entry.Options.ToJsonString(), read.Options.ToJsonString());
        Assert.Equal(entry.Metrics.ToJsonString(), read.Metrics.ToJsonString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{ "version": 2, "stages": {} }""")]
    [InlineData("""{ "version": 3, "stages": {} }""")]
    [InlineData("""{ "version": 1 }""")]
    [InlineData("""{ "version": 1, "stages": { "pretrain": { "key": "k" } } }""")]
    public void An_unreadable_manifest_is_named_and_left_unchanged(string content)
    {
        _folder.Write("pipeline.lock.json", content);

        var message = Assert.Throws<UserException>(() => Load()).Message;

        Assert.StartsWith($"{ManifestPath}: this run manifest cannot be read: ", message);
        Assert.Contains($"(mv {ManifestPath} {ManifestPath}.bad)", message);
        Assert.Equal(content, File.ReadAllText(ManifestPath));
    }

    /// <summary>Flips each bit and cuts at each length: a manifest that differs from what was written is never used.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public void After_any_damage_the_copy_is_used()
    {
        Load().Set("pretrain", Entry("k1"));
        var written = File.ReadAllBytes(ManifestPath);
        var damages = Enumerable.Range(0, written.Length * 8).Select(bit => Flipped(written, bit))
            .Concat(Enumerable.Range(0, written.Length).Select(length => written[..length]));

        foreach (var damaged in damages)
        {
            _warnings.Clear();
            File.WriteAllBytes(ManifestPath, damaged);

            Assert.Equal(Entry("k1").ToString(), Load().Stages["pretrain"].ToString());

            // A change of spelling only, such as a space that became a tab, is not damage.
            Assert.True(_warnings.Count == 1 || Same(written, damaged), Encoding.UTF8.GetString(damaged));
        }
    }

    [Fact]
    public void A_missing_manifest_is_restored_from_its_copy()
    {
        Load().Set("pretrain", Entry("k1"));
        var written = File.ReadAllBytes(ManifestPath);
        File.Delete(ManifestPath);

        var again = Load();

        Assert.Equal($"{ManifestPath} is damaged: it is missing; continuing from its copy, {ManifestPath}.copy", Assert.Single(_warnings));

        again.Set("pretrain", again.Stages["pretrain"]);
        Assert.Equal(written, File.ReadAllBytes(ManifestPath));
    }

    [Fact]
    public void A_manifest_of_version_1_is_read()
    {
        Load().Set("pretrain", Entry("k1"));
        var old = JsonNode.Parse(File.ReadAllText(ManifestPath))!.AsObject();
        old["version"] = 1;
        old.Remove("sha256");
        File.WriteAllText(ManifestPath, old.ToJsonString());

        Assert.Equal("k1", Load().Stages["pretrain"].Key);
        Assert.Empty(_warnings);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        var flipped = bytes.ToArray();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private static bool Same(byte[] written, byte[] damaged)
    {
        using var read = JsonDocument.Parse(damaged);
        var names = read.RootElement.ToString().ToUpperInvariant();
        return string.Concat(names.Where(c => !char.IsWhiteSpace(c)))
            == string.Concat(Encoding.UTF8.GetString(written).ToUpperInvariant().Where(c => !char.IsWhiteSpace(c)));
    }

    private RunManifest Load() => RunManifest.Load(ManifestPath, _warnings.Add);

    private static LockEntry Entry(string key) => new(
        key, 1, LockedState.Done, [], new Dictionary<string, string>(), new Dictionary<string, LockedOutput>(), [], Noon, null, 1.5, 0);
}
