using System.Text.Json.Nodes;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Tests.Faults;
using static Tests.Pipeline.Storage.CheckpointFixture;

namespace Tests.Pipeline.Storage;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly CheckpointFixture _stage = new();

    [Fact]
    public void Without_a_checkpoint_nothing_is_loaded_or_created()
    {
        Assert.Null(_stage.Store(KeyA).LoadNewest());
        Assert.Empty(_stage.Folder.Names());
    }

    [Fact]
    public void The_newest_checkpoint_is_loaded_with_its_files_and_state()
    {
        _stage.Save(KeyA, 100, 1200);

        var loaded = _stage.Store(KeyA).LoadNewest();

        Assert.NotNull(loaded);
        Assert.Equal(1200, loaded.Step);
        Assert.Equal(_stage.Folder["checkpoints/step-00001200"], loaded.Folder);
        Assert.Equal("""{"epoch":12}""", loaded.State.ToJsonString());
        Assert.Equal($"weights of {KeyA} at 1200", File.ReadAllText(Path.Combine(loaded.Folder, "weights.safetensors")));
        Assert.Equal(["manifest.json", "shards", "state.json", "weights.safetensors"], _stage.Folder.Names("checkpoints/step-00001200"));
        Assert.Equal(KeyA + "\n", File.ReadAllText(_stage.Folder["checkpoints/key.txt"]));
        Assert.Empty(_stage.Warnings);
    }

    [Fact]
    public void Only_the_newest_checkpoints_are_kept()
    {
        _stage.Save(KeyA, 100, 200, 300, 400, 500);

        Assert.Equal(["key.txt", "step-00000300", "step-00000400", "step-00000500"], _stage.Folder.Names("checkpoints"));
    }

    [Fact]
    public void The_checkpoint_just_saved_is_kept_even_if_newer_names_exist()
    {
        _stage.Save(KeyA, 300, 400, 500, 100);

        Assert.Contains("step-00000100", _stage.Folder.Names("checkpoints"));
    }

    [Fact]
    public void Saving_a_step_again_does_nothing()
    {
        _stage.Save(KeyA, 100);

        _stage.Store(KeyA).Save(100, [], _ => Assert.Fail("the files are there already"));

        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
    }

    [Fact]
    public void Saving_over_a_damaged_step_replaces_it()
    {
        _stage.Save(KeyA, 100);
        File.AppendAllText(_stage.PathOf(100, "state.json"), " ");

        _stage.Save(KeyA, 100);

        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
        Assert.Equal(["key.txt", "step-00000100", "step-00000100.damaged"], _stage.Folder.Names("checkpoints"));
    }

    [Fact]
    public void A_failed_save_keeps_older_checkpoints_and_leaves_nothing_behind()
    {
        _stage.Save(KeyA, 100);

        Assert.Throws<IOException>(() => _stage.Store(KeyA).Save(200, [], folder =>
        {
            File.WriteAllText(Path.Combine(folder, "weights.safetensors"), "half");
            throw new IOException("No space left on device");
        }));

        Assert.Equal(["key.txt", "step-00000100"], _stage.Folder.Names("checkpoints"));
        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
    }

    [Fact]
    public void Leftovers_of_a_crash_are_ignored_and_deleted()
    {
        _stage.Save(KeyA, 100);
        _stage.Folder.Write("checkpoints/step-00000200.partial/weights.safetensors", "half");

        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
        Assert.Equal(["key.txt", "step-00000100"], _stage.Folder.Names("checkpoints"));
    }

    [Fact]
    public void Each_save_is_reported_once_it_is_on_disk()
    {
        var reported = new List<(long, bool)>();
        var store = new CheckpointStore(_stage.Folder.Path, KeyA, 1, _ => { })
        {
            Saved = step => reported.Add((step, File.Exists(_stage.PathOf(step, "manifest.json")))),
        };

        store.Save(100, new JsonObject(), _ => { });
        store.Save(100, new JsonObject(), _ => { });

        Assert.Equal([(100, true)], reported);
    }

    [Fact]
    public void Keeping_no_checkpoint_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => _stage.Store(KeyA, keep: 0));

    [Theory]
    [InlineData(400, 100, true)]
    [InlineData(399, 100, false)]
    public void A_disk_that_is_too_small_is_refused_before_training(long free, long bytes, bool fits)
    {
        Durable.UseFileSystem(new FaultyFileSystem(new Disk(), _ => null) { Free = free });
        var thrown = Record.Exception(() => _stage.Store(KeyA, keep: 3).Preflight(bytes));
        Durable.UseFileSystem(null);

        Assert.Equal(fits, thrown is null);
        if (!fits)
        {
            Assert.IsType<UserException>(thrown);
            Assert.Contains(
                "needs 1 MiB more for its checkpoints, but the disk has only 0 MiB left: free some space",
                thrown.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Space_of_existing_checkpoints_counts_as_available()
    {
        _stage.Save(KeyA, 1, 2);
        Durable.UseFileSystem(new FaultyFileSystem(new Disk(), _ => null) { Free = 0 });
        _stage.Store(KeyA, keep: 1).Preflight(100);
        Durable.UseFileSystem(null);
    }

    public void Dispose() => _stage.Dispose();
}
