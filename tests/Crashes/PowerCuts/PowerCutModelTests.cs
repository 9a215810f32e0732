using System.Text;
using Distill.Learning.Randomness;

namespace Tests.Crashes.PowerCuts;

/// <summary>The states that the modeled disk may have after a power cut.</summary>
public sealed class PowerCutModelTests
{
    private readonly Node _root = new(isFolder: true);
    private readonly Node _file = new(isFolder: false);
    private readonly List<DiskChange> _log = [];

    public PowerCutModelTests()
    {
        _log.Add(new NameChange([(_root, "a.partial", _file)]));
        _log.Add(new Written(_file, 0, "hello"u8.ToArray()));
        _log.Add(new NameChange([(_root, "a.partial", null), (_root, "a", _file)]));
    }

    [Fact]
    public void Without_a_sync_a_renamed_file_may_be_missing_empty_torn_or_zero()
    {
        var states = States();

        Assert.Superset(
            new HashSet<string> { "", "a=", "a=hel", "a=hello", "a=hel00", "a=00000", "a.partial=", "a.partial=hello" }, states);
        Assert.DoesNotContain(states, state => state.Contains(' '));
    }

    [Fact]
    public void A_synced_file_is_whole_under_any_name()
    {
        _log.Insert(2, new Synced(_file));

        Assert.Equal(["", "a.partial=hello", "a=hello"], States().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_synced_folder_keeps_names_but_not_bytes()
    {
        _log.Add(new Synced(_root));

        Assert.Superset(new HashSet<string> { "a=", "a=hello" }, States());
        Assert.All(States(), state => Assert.StartsWith("a=", state, StringComparison.Ordinal));
    }

    [Fact]
    public void After_both_syncs_there_is_one_state()
    {
        _log.Insert(2, new Synced(_file));
        _log.Add(new Synced(_root));

        Assert.Equal("a=hello", Assert.Single(States()));
    }

    [Fact]
    public void A_file_that_was_there_before_may_come_back()
    {
        _root.EntriesBefore = new Dictionary<string, Node> { ["a"] = new(isFolder: false, "old"u8.ToArray()) };
        _log.Insert(2, new Synced(_file));

        Assert.Equal(["a=hello", "a=old", "a=old a.partial=hello"], States().Order(StringComparer.Ordinal));
    }

    /// <summary>Draws states after all changes, as NAME=CONTENT with 0 for a zero byte.</summary>
    private HashSet<string> States()
    {
        var cut = new PowerCut(_root, _log, _log.Count);
        return [.. Enumerable.Range(0, 500).Select(number => Text(cut.Draw(RandomKey.FromSeed(1), number)))];
    }

    private static string Text(DiskState state) => string.Join(
        " ",
        state.Entries.Select(entry => $"{entry.Key}={Encoding.ASCII.GetString(entry.Value!).Replace('\0', '0')}"));
}
