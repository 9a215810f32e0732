using Distill.Pipeline.Storage;
using static Tests.Pipeline.Storage.CheckpointFixture;

namespace Tests.Pipeline.Storage;

public sealed class CheckpointOwnerTests : IDisposable
{
    private readonly CheckpointFixture _stage = new();

    [Fact]
    public void Checkpoints_of_another_key_are_moved_aside()
    {
        _stage.Save(KeyA, 100);

        Assert.Null(_stage.Store(KeyB).LoadNewest());
        Assert.Equal(["checkpoints-aaaaaaaa"], _stage.Folder.Names());
        var aside = _stage.Folder["checkpoints-aaaaaaaa"];
        Assert.Equal(
            $"the checkpoints of earlier options were moved to {aside}; a run with those options resumes from them",
            Assert.Single(_stage.Warnings));
    }

    [Fact]
    public void Restoring_an_option_resumes_the_earlier_run()
    {
        _stage.Save(KeyA, 100);
        _stage.Folder.Write("metrics.jsonl", "A's");
        _stage.Save(KeyB, 700);
        _stage.Folder.Write("metrics.jsonl", "B's");

        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
        Assert.Equal(["checkpoints", "checkpoints-bbbbbbbb", "metrics.jsonl"], _stage.Folder.Names());
        Assert.Equal("A's", File.ReadAllText(_stage.Folder["metrics.jsonl"]));

        Assert.Equal(700, _stage.Store(KeyB).LoadNewest()?.Step);
        Assert.Equal("B's", File.ReadAllText(_stage.Folder["metrics.jsonl"]));
    }

    [Fact]
    public void A_crash_between_the_two_moves_loses_nothing()
    {
        _stage.Save(KeyA, 100);
        _stage.Save(KeyB, 700);
        Directory.Move(_stage.Folder["checkpoints"], _stage.Folder["checkpoints-bbbbbbbb"]);

        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
        Assert.Equal(700, _stage.Store(KeyB).LoadNewest()?.Step);
    }

    [Theory]
    [InlineData(false, "checkpoints metrics.jsonl")]
    [InlineData(true, "checkpoints checkpoints-unknown metrics.jsonl")]
    public void A_stop_before_the_key_is_written_does_not_hide_earlier_checkpoints(bool withContent, string names)
    {
        _stage.Save(KeyA, 100);
        _stage.Folder.Write("metrics.jsonl", "A's");
        Assert.Null(_stage.Store(KeyB).LoadNewest());
        Directory.CreateDirectory(_stage.Folder["checkpoints"]);
        if (withContent)
        {
            _stage.Folder.Write("checkpoints/note.txt", "the user's");
        }

        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
        Assert.Equal(names.Split(' '), _stage.Folder.Names());
    }

    [Fact]
    public void Without_the_key_file_a_manifest_names_the_key()
    {
        _stage.Save(KeyA, 100);
        File.Delete(_stage.Folder["checkpoints/key.txt"]);

        Assert.Null(_stage.Store(KeyB).LoadNewest());
        Assert.Equal(100, _stage.Store(KeyA).LoadNewest()?.Step);
    }

    [Fact]
    public void A_damaged_key_file_is_outvoted_by_the_manifests_and_repaired()
    {
        _stage.Save(KeyA, 100, 200);
        _stage.Folder.Write("checkpoints/key.txt", KeyB + "\n");

        Assert.Equal(200, _stage.Store(KeyA).LoadNewest()?.Step);
        Assert.Empty(_stage.Warnings);

        _stage.Save(KeyA, 300);
        Assert.Equal(KeyA + "\n", File.ReadAllText(_stage.Folder["checkpoints/key.txt"]));
    }

    [Fact]
    public void An_existing_folder_is_not_overwritten()
    {
        _stage.Save(KeyA, 100);
        _stage.Folder.Write("checkpoints-aaaaaaaa/note.txt", "the user's");

        _stage.Save(KeyB, 700);

        Assert.Equal(["checkpoints", "checkpoints-aaaaaaaa", "checkpoints-aaaaaaaa-2"], _stage.Folder.Names());
    }

    [Fact]
    public void Peeking_finds_the_newest_step_and_moves_nothing()
    {
        _stage.Save(KeyA, 100, 200);
        _stage.Save(KeyB, 700);
        var before = _stage.Folder.Names();

        Assert.Equal(200, CheckpointStore.PeekStep(_stage.Folder.Path, KeyA));
        Assert.Equal(700, CheckpointStore.PeekStep(_stage.Folder.Path, KeyB));
        Assert.Null(CheckpointStore.PeekStep(_stage.Folder.Path, new string('c', 64)));
        Assert.Equal(before, _stage.Folder.Names());
    }

    public void Dispose() => _stage.Dispose();
}
