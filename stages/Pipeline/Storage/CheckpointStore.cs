using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Pipeline.Storage;

/// <summary>
/// Checkpoints of a stage, in <c>checkpoints/step-00001200/</c>: the writer's files, <c>state.json</c>, and <c>manifest.json</c> with the
/// length and SHA-256 of each file. A checkpoint is complete or absent. The newest intact one is loaded; a damaged one is reported and
/// moved aside as <c>step-….damaged</c>.
/// </summary>
/// <param name="folder">Folder of the stage.</param>
/// <param name="key">Key of the stage. Checkpoints of another key are neither loaded nor deleted.</param>
/// <param name="keep">Number of checkpoints to keep, at least 1.</param>
/// <param name="warn">Receives one sentence for each checkpoint that is damaged or moved.</param>
public sealed class CheckpointStore(string folder, string key, int keep, Action<string> warn)
{
    private const string StateFile = "state.json";

    private readonly CheckpointOwner _owner = new(folder, key, warn);
    private readonly int _keep = keep >= 1 ? keep : throw new ArgumentOutOfRangeException(nameof(keep), keep, "at least 1");
    private bool _claimed;

    /// <summary>Called with the step after each checkpoint that is safely on disk.</summary>
    public Action<long>? Saved { get; init; }

    /// <summary>Runs a save, and may retry it. The default runs it once.</summary>
    public Action<Action> Attempt { get; init; } = save => save();

    /// <summary>Returns the newest checkpoint's step by its name, without verifying or changing anything. Null if there is none.</summary>
    public static long? PeekStep(string folder, string key) =>
        new CheckpointOwner(folder, key, _ => { }).Find() is { } place && CheckpointFolders.Newest(place) is [var newest, ..]
            ? newest.Step
            : null;

    /// <summary>Saves a checkpoint and deletes all but the newest ones. Saving an existing step again does nothing.</summary>
    /// <param name="step">Number of optimizer steps done.</param>
    /// <param name="state">Content of <c>state.json</c>.</param>
    /// <param name="writeFiles">Writes the other files into the given folder.</param>
    /// <exception cref="IOException">The disk refused, for example because it is full. Older checkpoints are untouched.</exception>
    public void Save(long step, JsonObject state, Action<string> writeFiles) => Attempt(() => SaveOnce(step, state, writeFiles));

    /// <summary>Throws before training starts if the disk cannot hold the retained checkpoints plus the one being written.</summary>
    /// <param name="bytes">Approximate size of a checkpoint.</param>
    /// <exception cref="UserException">There is too little free space.</exception>
    public void Preflight(long bytes)
    {
        Claim();
        var place = Directory.Exists(folder) ? folder : ".";
        var needed = (_keep + 1) * bytes - FolderFiles.BytesBelow(_owner.Checkpoints);
        if (Durable.Files.FreeBytes(place) is var free && free < needed)
        {
            throw new UserException(
                $"{folder} needs {Mebibytes(needed)} MiB more for its checkpoints, but the disk has only {free >> 20} MiB left: "
                + "free some space, or work in another folder");
        }
    }

    /// <summary>
    /// Saves weights permanently as <c>checkpoints/snapshots/step-00001200.safetensors</c>, which moves with this key's checkpoints.
    /// A resumed run that repeats the step writes the same file again.
    /// </summary>
    /// <param name="step">Number of optimizer steps done.</param>
    /// <param name="write">Writes the content of the file.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    public void SaveSnapshot(long step, Action<Stream> write) => Attempt(() =>
    {
        Claim();
        _owner.Create();
        var snapshots = Path.Combine(_owner.Checkpoints, "snapshots");
        Durable.MakeFolder(snapshots);
        Durable.WriteFile(Path.Combine(snapshots, CheckpointFolders.Name(step) + ".safetensors"), write);
    });

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private void SaveOnce(long step, JsonObject state, Action<string> writeFiles)
    {
        Claim();
        _owner.Create();
        var final = Path.Combine(_owner.Checkpoints, CheckpointFolders.Name(step));
        if (Directory.Exists(final) && Verified(step, final) is not null)
        {
            return;
        }

        var partial = final + ".partial";
        Durable.Delete(partial);
        Durable.Files.MakeFolder(partial);
        try
        {
            writeFiles(partial);
            Durable.WritePart(Path.Combine(partial, StateFile), state.ToJsonString() + "\n");
            CheckpointManifest.FromFolder(partial, step, key).Write(partial);
            Durable.CommitFolder(partial, final);
        }
        catch
        {
            // A full disk gets its space back now. After a crash, the next save deletes the leftovers.
            Durable.TryDelete(partial);
            throw;
        }

        Prune(step);
        Saved?.Invoke(step);
    }

    /// <summary>Loads the newest checkpoint of this key whose files all verify; null if the run must start from step 0.</summary>
    public Checkpoint? LoadNewest()
    {
        Claim();
        return CheckpointFolders.Newest(_owner.Checkpoints)
            .Select(entry => Verified(entry.Step, entry.Folder))
            .FirstOrDefault(checkpoint => checkpoint is not null);
    }

    /// <summary>
    /// Moves this key's checkpoints to <c>checkpoints/</c>, and those of another key aside to <c>checkpoints-XXXXXXXX</c> (the first eight
    /// digits of that key). Loading and saving call it.
    /// </summary>
    public void Claim()
    {
        if (!_claimed)
        {
            _owner.Claim();
            Durable.SweepPartials(_owner.Checkpoints);
            _claimed = true;
        }
    }

    private Checkpoint? Verified(long step, string place)
    {
        if (CheckpointManifest.Read(place, out var damage) is { } manifest)
        {
            damage = manifest switch
            {
                _ when manifest.Key != key => $"{CheckpointManifest.FileName} states another key",
                _ when manifest.Step != step => $"{CheckpointManifest.FileName} states step {manifest.Step}",
                _ => manifest.FindDamage(place) ?? "",
            };
        }

        if (damage.Length == 0)
        {
            return new Checkpoint(step, place, (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(place, StateFile)))!);
        }

        var aside = CheckpointFolders.FindFreeName(place + ".damaged");
        Durable.MoveFolder(place, aside);
        warn($"the checkpoint {place} is damaged: {damage}; it was moved aside as {Path.GetFileName(aside)}");
        return null;
    }

    /// <summary>Deletes old checkpoints. The one just saved always stays, even if a damaged run left newer names.</summary>
    private void Prune(long saved)
    {
        foreach (var (_, old) in CheckpointFolders.Newest(_owner.Checkpoints).Skip(_keep).Where(entry => entry.Step != saved))
        {
            // Renamed first: a crash during deletion must not leave half a checkpoint under the name of a complete one.
            Durable.MoveFolder(old, old + ".partial");
            Durable.Delete(old + ".partial");
        }
    }
}

/// <summary>A verified checkpoint: each file in its folder has the length and hash that the manifest states.</summary>
/// <param name="Step">Number of optimizer steps done.</param>
/// <param name="Folder">Folder of its files.</param>
/// <param name="State">Content of its <c>state.json</c>.</param>
public sealed record Checkpoint(long Step, string Folder, JsonObject State);
