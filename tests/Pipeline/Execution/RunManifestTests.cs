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

    private string LockPath => _folder["pipeline.lock.json"];

    [Fact]
    public void Its_file_reads_well_and_is_ordered_by_stage()
    {
        var written = Load();
        written.Set("pretrain", Entry("k1") with { State = LockedState.Running });
        written.Set("finetune", Entry("k2") with
        {
            Inputs = new Dictionary<string, string> { ["pretrain/weights"] = "00" },
            Outputs = new Dictionary<string, LockedOutput> { ["weights"] = new("models/x", "01", 3) },
            FinishedUtc = Noon,
        });

        var content = File.ReadAllText(LockPath);
        Assert.Equal(content, File.ReadAllText(LockPath + ".copy"));
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
    public void What_is_read_and_written_again_is_the_same_bytes()
    {
        Load().Set("pretrain", Entry("k1"));
        var bytes = File.ReadAllBytes(LockPath);

        var again = Load();
        again.Set("pretrain", again.Stages["pretrain"]);

        Assert.Equal(bytes, File.ReadAllBytes(LockPath));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{ "version": 2, "stages": {} }""")]
    [InlineData("""{ "version": 3, "stages": {} }""")]
    [InlineData("""{ "version": 1 }""")]
    [InlineData("""{ "version": 1, "stages": { "pretrain": { "key": "k" } } }""")]
    public void A_lock_that_cannot_be_read_is_named_and_left_alone(string content)
    {
        _folder.Write("pipeline.lock.json", content);

        var message = Assert.Throws<UserException>(() => Load()).Message;

        Assert.StartsWith($"{LockPath}: this lock cannot be read: ", message);
        Assert.Contains($"(mv {LockPath} {LockPath}.bad)", message);
        Assert.Equal(content, File.ReadAllText(LockPath));
    }

    /// <summary>Every bit of every byte, and every length: a lock that says something else than was written is never believed.</summary>
    [Fact]
    public void Whatever_is_damaged_the_copy_says_what_was_written()
    {
        Load().Set("pretrain", Entry("k1"));
        var written = File.ReadAllBytes(LockPath);
        var damages = Enumerable.Range(0, written.Length * 8).Select(bit => Flipped(written, bit))
            .Concat(Enumerable.Range(0, written.Length).Select(length => written[..length]));
        foreach (var damaged in damages)
        {
            _warnings.Clear();
            File.WriteAllBytes(LockPath, damaged);
            Assert.Equal(Entry("k1").ToString(), Load().Stages["pretrain"].ToString());

            // What is equal but for the spelling, such as a space that became a tab, is not damaged.
            Assert.True(_warnings.Count == 1 || Same(written, damaged), Encoding.UTF8.GetString(damaged));
        }
    }

    [Fact]
    public void Where_the_lock_is_gone_the_copy_is_used_and_the_lock_written_again()
    {
        Load().Set("pretrain", Entry("k1"));
        var written = File.ReadAllBytes(LockPath);
        File.Delete(LockPath);

        var again = Load();
        Assert.Equal($"{LockPath} is damaged: it is missing; continuing from its copy, {LockPath}.copy", Assert.Single(_warnings));
        again.Set("pretrain", again.Stages["pretrain"]);
        Assert.Equal(written, File.ReadAllBytes(LockPath));
    }

    [Fact]
    public void A_lock_of_version_1_is_read()
    {
        Load().Set("pretrain", Entry("k1"));
        var old = JsonNode.Parse(File.ReadAllText(LockPath))!.AsObject();
        old["version"] = 1;
        old.Remove("sha256");
        File.WriteAllText(LockPath, old.ToJsonString());
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

    private RunManifest Load() => RunManifest.Load(LockPath, _warnings.Add);

    private static LockEntry Entry(string key) => new(
        key, 1, LockedState.Done, [], new Dictionary<string, string>(), new Dictionary<string, LockedOutput>(), [], Noon, null, 1.5, 0);
}
