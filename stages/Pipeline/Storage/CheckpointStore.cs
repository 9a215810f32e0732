using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Pipeline.Storage;

/// <summary>
/// A stage's checkpoints, in <c>checkpoints/step-00001200/</c>: the files of the writer, <c>state.json</c> and
/// <c>manifest.json</c> with every file's length and SHA-256. A checkpoint is whole or absent; the newest whole
/// one is loaded, a damaged one is reported, set aside as <c>step-….damaged</c> and passed over.
/// </summary>
/// <param name="folder">The stage's folder.</param>
/// <param name="key">The stage's key: checkpoints of another key are never loaded nor deleted.</param>
/// <param name="keep">How many checkpoints to keep, at least 1.</param>
/// <param name="warn">Told, in one sentence, of whatever was damaged or moved.</param>
public sealed class CheckpointStore(string folder, string key, int keep, Action<string> warn)
{
    private const string StateFile = "state.json";

    private readonly CheckpointOwner _owner = new(folder, key, warn);
    private readonly int _keep = keep >= 1 ? keep : throw new ArgumentOutOfRangeException(nameof(keep), keep, "at least 1");
    private bool _claimed;

    /// <summary>Called with the step after each checkpoint that is safely on the disk.</summary>
    public Action<long>? Saved { get; init; }

    /// <summary>Runs a save, perhaps more than once.</summary>
    public Action<Action> Attempt { get; init; } = save => save();

    /// <summary>The newest checkpoint's step by its name alone: nothing is verified, moved or made. Null if there is none.</summary>
    public static long? PeekStep(string folder, string key) =>
        new CheckpointOwner(folder, key, _ => { }).Find() is { } place && CheckpointFolders.Newest(place) is [var newest, ..]
            ? newest.Step
            : null;

    /// <summary>
    /// Saves a checkpoint and deletes all but the newest ones. Saving a step that is there already does nothing.
    /// </summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="state">What <c>state.json</c> says.</param>
    /// <param name="writeFiles">Writes the other files into the folder it is given.</param>
    /// <exception cref="IOException">The disk refused, for instance because it is full; older checkpoints are untouched.</exception>
    public void Save(long step, JsonObject state, Action<string> writeFiles) => Attempt(() => SaveOnce(step, state, writeFiles));

    /// <summary>
    /// Says no, before anything is computed, where the disk has no room for the checkpoints to come: as many as are kept and the one being written.
    /// </summary>
    /// <param name="bytes">Of a checkpoint, about.</param>
    /// <exception cref="UserException">There is too little room.</exception>
    public void Preflight(long bytes)
    {
        Claim();
        var place = Directory.Exists(folder) ? folder : ".";
        var needed = (_keep + 1) * bytes - FolderFiles.BytesBelow(_owner.Checkpoints);
        if (Durable.Files.FreeBytes(place) is var free && free < needed)
        {
            throw new UserException($"{folder} needs {Mebibytes(needed)} MiB more for its checkpoints, but the disk has only {free >> 20} MiB left: free some space, "
                + "or work in another folder");
        }
    }

    /// <summary>
    /// Keeps weights for good in <c>checkpoints/snapshots/step-00001200.safetensors</c>, where they go wherever this key's checkpoints go. A
    /// resumed run that takes the step again writes the same file again.
    /// </summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="write">Writes the file.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    public void SaveSnapshot(long step, Action<Stream> write) => Attempt(() =>
    {
        Claim();
        _owner.Make();
        var snapshots = Path.Combine(_owner.Checkpoints, "snapshots");
        Durable.MakeFolder(snapshots);
        Durable.WriteFile(Path.Combine(snapshots, CheckpointFolders.Name(step) + ".safetensors"), write);
    });

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private void SaveOnce(long step, JsonObject state, Action<string> writeFiles)
    {
        Claim();
        _owner.Make();
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
            CheckpointManifest.Of(partial, step, key).Write(partial);
            Durable.CommitFolder(partial, final);
        }
        catch
        {
            // A full disk gets its room back at once; the next save would clear the leftovers of a crash.
            Durable.TryDelete(partial);
            throw;
        }

        Prune(step);
        Saved?.Invoke(step);
    }

    /// <summary>The newest checkpoint of this key whose every file verifies; null where a run must start from step 0.</summary>
    public Checkpoint? LoadNewest()
    {
        Claim();
        return CheckpointFolders.Newest(_owner.Checkpoints)
            .Select(entry => Verified(entry.Step, entry.Folder))
            .FirstOrDefault(checkpoint => checkpoint is not null);
    }

    /// <summary>
    /// Brings this key's checkpoints to <c>checkpoints/</c> and moves another key's aside to <c>checkpoints-XXXXXXXX</c>
    /// (the first eight digits of that key). Loading and saving do it by themselves.
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
                _ => manifest.Damage(place) ?? "",
            };
        }

        if (damage.Length == 0)
        {
            return new Checkpoint(step, place, (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(place, StateFile)))!);
        }

        var aside = CheckpointFolders.Free(place + ".damaged");
        Durable.MoveFolder(place, aside);
        warn($"the checkpoint {place} is damaged: {damage}; it was moved aside as {Path.GetFileName(aside)}");
        return null;
    }

    /// <summary>The checkpoint just saved is whole, so it always stays, whatever newer names a damaged run left.</summary>
    private void Prune(long saved)
    {
        foreach (var (_, old) in CheckpointFolders.Newest(_owner.Checkpoints).Skip(_keep).Where(entry => entry.Step != saved))
        {
            // Renamed first: a crash while files are being deleted must not leave half a checkpoint under a whole one's name.
            Durable.Files.MoveFolder(old, old + ".partial");
            Durable.Delete(old + ".partial");
        }
    }
}
