using System.Globalization;
using Distill.Learning.Randomness;
using Distill.Pipeline.Storage;
using Tests.Pipeline;
using Xunit.Abstractions;

namespace Tests.Crashes.PowerCuts;

/// <summary>
/// Power cuts at every operation of every kind of save. The real saves run on a disk that logs them, the states that a cut may leave are
/// drawn from the log (<see cref="PowerCut"/>), and the program's own readers open each. Nothing that was finished is lost, nothing torn is
/// used, and the saves go on from there. <c>make crash-test</c> draws more states than <c>make test</c>.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PowerCutTests(ITestOutputHelper output) : IDisposable
{
    // One folder for all states, because the run manifest contains paths.
    private readonly TempFolder _folder = new();

    private static int MostStates =>
        int.Parse(Environment.GetEnvironmentVariable("DISTILL_POWER_CUTS") ?? "200", CultureInfo.InvariantCulture);

    public static TheoryData<string> Names => [.. Sequences.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_power_cut_loses_nothing_that_was_finished(string name)
    {
        var sequence = Sequences.All[name];
        var disk = new RecordingFileSystem(_folder.Path);
        var (states, cuts) = CutEverywhere(name, sequence, disk);
        Assert.True(disk.Log.Count >= 3 * sequence.Saves.Count, $"only {disk.Log.Count} changes seen");
        output.WriteLine($"{name}: {states} states of {cuts} cuts");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disk_that_ignores_syncs_is_noticed(bool folders)
    {
        foreach (var name in new[] { "text", "checkpoints", "run manifest", "soft targets" })
        {
            new DiskState(new Dictionary<string, byte[]?>()).Replace(_folder.Path);
            var disk = new RecordingFileSystem(_folder.Path) { HasEffect = sync => sync.Node.IsFolder != folders };
            Assert.Throws<InvalidOperationException>(() => CutEverywhere(name, Sequences.All[name], disk));
        }
    }

    public void Dispose()
    {
        Durable.UseFileSystem(null);
        _folder.Dispose();
    }

    /// <summary>Runs the saves on a disk, and checks states of cuts at all of its changes.</summary>
    /// <exception cref="InvalidOperationException">A check failed; the message has the state.</exception>
    private (int States, int Cuts) CutEverywhere(string name, Sequence sequence, RecordingFileSystem disk)
    {
        var ends = Run(sequence, disk);
        var perCut = Math.Max(2, MostStates / (disk.Log.Count + 1));
        var random = RandomKey.FromSeed(0).Fold(name);
        var (states, seen) = (0, new HashSet<(string, int)>());
        for (var after = 0; after <= disk.Log.Count; after++)
        {
            var cut = new PowerCut(disk.Root, disk.Log, after);
            var done = ends.Count(end => end <= after);
            for (var number = 0; number < perCut; number++)
            {
                var state = cut.Draw(random.Fold(after), number);
                if (seen.Add((state.Hash, done)))
                {
                    Check(sequence, state, done, $"{name}, cut after change {after} of {disk.Log.Count}, state {number}");
                    states++;
                }
            }
        }

        return (states, disk.Log.Count + 1);
    }

    /// <summary>Runs all saves on a disk that logs them, and returns the number of changes after each save.</summary>
    private List<int> Run(Sequence sequence, RecordingFileSystem disk)
    {
        var ends = new List<int>();
        Durable.UseFileSystem(disk);
        foreach (var save in sequence.Saves)
        {
            save(_folder.Path);
            ends.Add(disk.Log.Count);
        }

        Durable.UseFileSystem(null);
        sequence.Check(_folder.Path, sequence.Saves.Count);
        return ends;
    }

    private void Check(Sequence sequence, DiskState state, int done, string place)
    {
        state.Replace(_folder.Path);
        try
        {
            sequence.Check(_folder.Path, done);
            foreach (var save in sequence.Saves.Skip(done))
            {
                save(_folder.Path);
            }

            sequence.Check(_folder.Path, sequence.Saves.Count);
        }
        catch (Exception wrong)
        {
            throw new InvalidOperationException($"{place}, after {done} saves:\n{state}\n{wrong.Message}", wrong);
        }
    }
}
