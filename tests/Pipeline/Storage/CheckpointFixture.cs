using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

/// <summary>A stage's folder, with stores of any key and their warnings.</summary>
internal sealed class CheckpointFixture : IDisposable
{
    public static readonly string KeyA = new('a', 64);
    public static readonly string KeyB = new('b', 64);

    public TempFolder Folder { get; } = new();

    public List<string> Warnings { get; } = [];

    public CheckpointStore Store(string key, int keep = 3) => new(Folder.Path, key, keep, Warnings.Add);

    public void Save(string key, params long[] steps)
    {
        foreach (var step in steps)
        {
            Store(key).Save(step, new JsonObject { ["epoch"] = step / 100 }, folder =>
            {
                File.WriteAllText(Path.Combine(folder, "weights.safetensors"), $"weights of {key} at {step}");
                Directory.CreateDirectory(Path.Combine(folder, "shards"));
                File.WriteAllText(Path.Combine(folder, "shards", "0"), "shard");
            });
        }
    }

    public string PathOf(long step, string file) => Folder[$"checkpoints/step-{step:D8}/{file}"];

    public void Dispose() => Folder.Dispose();
}
