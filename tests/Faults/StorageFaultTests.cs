using System.Text.Json.Nodes;
using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Tests.Pipeline;

namespace Tests.Faults;

/// <summary>
/// Each operation of each kind of save fails in turn, with each error that disks have. Then the old content is intact, or the new one if it
/// was already renamed; the caller gets the error; and the next save works.
/// </summary>
[Trait("Category", "Slow")]
public sealed class StorageFaultTests : IDisposable
{
    private const string Old = "old";
    private const string New = "new";

    private static readonly Dictionary<string, (Action<string, string> Save, Func<string, string> Load)> Savers = new()
    {
        ["checkpoint"] = (SaveCheckpoint, LoadCheckpoint),
        ["text"] = (SaveText, LoadText),
        ["soft targets"] = (SaveTargets, LoadTargets),
        ["metrics"] = (SaveMetrics, LoadMetrics),
    };

    private static readonly Dictionary<string, (bool Halfway, Func<string, Exception> Error)> Errors = new()
    {
        ["full disk"] = (false, DiskErrors.Full),
        ["full disk after half a write"] = (true, DiskErrors.Full),
        ["broken disk"] = (false, DiskErrors.Broken),
        ["no permission"] = (false, DiskErrors.Denied),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var saver in Savers.Keys)
            {
                foreach (var error in Errors.Keys)
                {
                    cases.Add(saver, error);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_failure_at_any_operation_loses_nothing(string saver, string error)
    {
        var (save, load) = Savers[saver];
        var (halfway, errorOf) = Errors[error];
        var operations = Count(save);
        Assert.True(operations >= 3, $"only {operations} operations seen");
        var (kept, replaced) = (0, 0);

        for (var failing = 1; failing <= operations; failing++)
        {
            using var folder = new TempFolder();
            save(folder.Path, Old);
            var left = failing;
            Operation? struck = null;
            Durable.UseFileSystem(new FaultyFileSystem(new Disk(), operation =>
                --left == 0 ? new Fault(halfway, () => throw errorOf((struck = operation).Path)) : null));
            var thrown = Record.Exception(() => save(folder.Path, New));
            Durable.UseFileSystem(null);

            Assert.True(struck is not null, $"operation {failing} did not occur again");
            Assert.True(
                thrown is IOException or UnauthorizedAccessException,
                $"after {struck.Place} failed: {thrown?.ToString() ?? "nothing thrown"}");
            Assert.Contains(struck!.Path, thrown!.Message);
            var now = load(folder.Path);
            Assert.True(now is Old or New, $"after {struck.Place} failed, \"{now}\" was loaded");
            (kept, replaced) = now == Old ? (kept + 1, replaced) : (kept, replaced + 1);

            save(folder.Path, New);
            Assert.Equal(New, load(folder.Path));
            Durable.SweepPartials(folder.Path);
            Assert.DoesNotContain(folder.Names(), name => name.Contains(".partial", StringComparison.Ordinal));
        }

        Assert.True(kept > 0, $"the old version was never kept; the new one was loaded {replaced} times");
    }

    public void Dispose() => Durable.UseFileSystem(null);

    /// <summary>Counts the operations of a save that replaces an older one.</summary>
    private static int Count(Action<string, string> save)
    {
        using var folder = new TempFolder();
        save(folder.Path, Old);
        var count = 0;
        Durable.UseFileSystem(new FaultyFileSystem(new Disk(), _ =>
        {
            count++;
            return null;
        }));
        save(folder.Path, New);
        Durable.UseFileSystem(null);
        return count;
    }

    private static void SaveText(string folder, string version) => Durable.WriteText(Path.Combine(folder, "a.txt"), version);

    private static string LoadText(string folder) => File.ReadAllText(Path.Combine(folder, "a.txt"));

    /// <summary>Saves the old version at step 1 and the new one at step 2. Only one is kept, so the second save prunes the first.</summary>
    private static void SaveCheckpoint(string folder, string version) => Store(folder).Save(
        version == Old ? 1 : 2,
        new JsonObject { ["version"] = version },
        place => Durable.WritePart(Path.Combine(place, "weights.safetensors"), version + " weights"));

    private static string LoadCheckpoint(string folder) => Store(folder).LoadNewest()!.State["version"]!.GetValue<string>();

    private static CheckpointStore Store(string folder) => new(folder, new string('a', 64), keep: 1, warning => Assert.Fail(warning));

    private static void SaveTargets(string folder, string version)
    {
        var row = new SoftTargetRow(version == Old ? 1 : 2, 0, Crop.Whole, [0, 1]);
        SoftTargetWriter.Write(Path.Combine(folder, "part-00000.parquet"), [[row]], new Dictionary<string, string>());
    }

    private static string LoadTargets(string folder) =>
        SoftTargetTable.Read(folder, classes: 2, images: 3).Images.Single() == 1 ? Old : New;

    private static void SaveMetrics(string folder, string version)
    {
        // As in a resumed run: lines that it will write again are dropped first.
        var log = new MetricsLog(Path.Combine(folder, "metrics.jsonl"), TimeProvider.System);
        log.TruncateAfter(0);
        log.Append(new JsonObject { ["step"] = 1, ["version"] = version });
    }

    private static string LoadMetrics(string folder)
    {
        // The next run drops an incomplete last line.
        var path = Path.Combine(folder, "metrics.jsonl");
        var lines = File.ReadAllText(path).Split('\n')[..^1];
        return lines.Length == 0 ? Old : JsonNode.Parse(lines[^1])!["version"]!.GetValue<string>();
    }
}
