using static Tests.Pipeline.Storage.CheckpointFixture;

namespace Tests.Pipeline.Storage;

public sealed class CheckpointDamageTests : IDisposable
{
    private readonly CheckpointFixture _stage = new();

    public static TheoryData<Action<CheckpointDamageTests>, string> Damages => new()
    {
        { test => test.FlipBit("weights.safetensors"), "the bytes of weights.safetensors changed since it was written" },
        { test => test.FlipBit("shards/0"), "the bytes of shards/0 changed since it was written" },
        { test => test.Truncate("weights.safetensors", 4), "weights.safetensors has 4 bytes, its manifest states 82" },
        { test => File.Delete(test.Newest("state.json")), "state.json is missing" },
        { test => File.Delete(test.Newest("manifest.json")), "manifest.json is missing" },
        { test => test.Truncate("manifest.json", 40), "manifest.json cannot be read" },
        { test => File.WriteAllText(test.Newest("manifest.json"), "{}"), "manifest.json cannot be read" },
        { test => test.Replace("manifest.json", byStep: 100), "manifest.json states step 100" },
        { test => test.Edit("manifest.json", KeyA, KeyB), "manifest.json states another key" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_checkpoint_is_named_and_moved_aside(Action<CheckpointDamageTests> harm, string damage)
    {
        _stage.Save(KeyA, 100, 200);
        harm(this);

        var loaded = _stage.Store(KeyA).LoadNewest();

        Assert.Equal(100, loaded?.Step);
        var folder = _stage.Folder["checkpoints/step-00000200"];
        Assert.Equal(
            $"the checkpoint {folder} is damaged: {damage}; it was moved aside as step-00000200.damaged", Assert.Single(_stage.Warnings));
        Assert.Equal(["key.txt", "step-00000100", "step-00000200.damaged"], _stage.Folder.Names("checkpoints"));
    }

    [Fact]
    public void Damaged_checkpoints_are_never_deleted()
    {
        _stage.Save(KeyA, 100, 200);
        FlipBit("weights.safetensors");
        File.Delete(_stage.PathOf(100, "manifest.json"));

        Assert.Null(_stage.Store(KeyA).LoadNewest());
        Assert.Equal(["key.txt", "step-00000100.damaged", "step-00000200.damaged"], _stage.Folder.Names("checkpoints"));
    }

    [Fact]
    public void A_second_damaged_checkpoint_of_a_step_does_not_replace_the_first()
    {
        _stage.Save(KeyA, 200);
        FlipBit("weights.safetensors");
        _stage.Save(KeyA, 200);
        FlipBit("weights.safetensors");

        Assert.Null(_stage.Store(KeyA).LoadNewest());
        Assert.Equal(["key.txt", "step-00000200.damaged", "step-00000200.damaged-2"], _stage.Folder.Names("checkpoints"));
    }

    public void Dispose() => _stage.Dispose();

    private string Newest(string file) => _stage.PathOf(200, file);

    private void FlipBit(string file)
    {
        var bytes = File.ReadAllBytes(Newest(file));
        bytes[^1] ^= 0x10;
        File.WriteAllBytes(Newest(file), bytes);
    }

    private void Truncate(string file, int bytes) => File.WriteAllBytes(Newest(file), File.ReadAllBytes(Newest(file))[..bytes]);

    private void Replace(string file, long byStep) => File.Copy(_stage.PathOf(byStep, file), Newest(file), overwrite: true);

    private void Edit(string file, string from, string to) =>
        File.WriteAllText(Newest(file), File.ReadAllText(Newest(file)).Replace(from, to));
}
