using Stages.Pipeline.Options;
using Stages.Pipeline.Plan;

namespace Tests.Pipeline.Plan;

public sealed class PipelineLockTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    private string LockPath => _folder["pipeline.lock.json"];

    [Fact]
    public void Its_file_reads_well_and_is_ordered_by_stage()
    {
        var written = PipelineLock.Load(LockPath);
        written.Set("pretrain", Entry("k1") with { State = LockedState.Running });
        written.Set("finetune", Entry("k2") with
        {
            Inputs = new Dictionary<string, string> { ["pretrain/weights"] = "00" },
            Outputs = new Dictionary<string, LockedOutput> { ["weights"] = new("models/x", "01", 3) },
            FinishedUtc = Noon,
        });

        Assert.Equal(
            """
            {
              "version": 1,
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
              }
            }

            """,
            File.ReadAllText(LockPath));
    }

    [Fact]
    public void What_is_read_and_written_again_is_the_same_bytes()
    {
        PipelineLock.Load(LockPath).Set("pretrain", Entry("k1"));
        var bytes = File.ReadAllBytes(LockPath);

        var again = PipelineLock.Load(LockPath);
        again.Set("pretrain", again.Stages["pretrain"]);

        Assert.Equal(bytes, File.ReadAllBytes(LockPath));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{ "version": 2, "stages": {} }""")]
    [InlineData("""{ "version": 1 }""")]
    [InlineData("""{ "version": 1, "stages": { "pretrain": { "key": "k" } } }""")]
    public void A_lock_that_cannot_be_read_is_named_and_left_alone(string content)
    {
        _folder.Write("pipeline.lock.json", content);

        var message = Assert.Throws<UserException>(() => PipelineLock.Load(LockPath)).Message;

        Assert.StartsWith($"{LockPath}: this is not a readable lock: ", message);
        Assert.Contains($"(mv {LockPath} {LockPath}.bad)", message);
        Assert.Equal(content, File.ReadAllText(LockPath));
    }

    public void Dispose() => _folder.Dispose();

    private static LockEntry Entry(string key) => new(
        key, 1, LockedState.Done, [], new Dictionary<string, string>(), new Dictionary<string, LockedOutput>(), [], Noon, null, 1.5, 0);
}
