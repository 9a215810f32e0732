using System.Text.Json.Nodes;
using Distill.Learning.Optimizers;
using Distill.Learning.Ranks;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>
/// The state from which training resumes to the same bits: the network's weights and buffers, the optimizer's buffers, the task's
/// extra state, and the step. Every rate and random number is a function of these.
/// </summary>
internal sealed class TrainingState(TrainingTask task, Optimizer optimizer)
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string ExtraStateFile = "memory.safetensors";

    /// <summary>Loads the newest valid checkpoint.</summary>
    /// <returns>The checkpoint; null if there is none.</returns>
    public Checkpoint? Resume(CheckpointStore checkpoints)
    {
        if (checkpoints.LoadNewest() is not { } checkpoint)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        Weights.Load(task.Network, Path.Combine(checkpoint.Folder, Weights.FileName));
        var buffers = optimizer.Pack();
        Fill(buffers, Path.Combine(checkpoint.Folder, OptimizerFile));
        optimizer.Unpack(buffers);
        if (task.ExtraState is { Count: > 0 } extra)
        {
            Fill(extra, Path.Combine(checkpoint.Folder, ExtraStateFile));
        }

        return checkpoint;
    }

    /// <summary>Replaces the tensors of every rank by those of the leader.</summary>
    public void Share(IRanks ranks)
    {
        if (ranks.Count == 1)
        {
            return;
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (_, tensor) in task.Network.state_dict().Concat(optimizer.Buffers).Concat(task.ExtraState))
        {
            var sent = tensor.contiguous();
            ranks.Broadcast(sent);
            tensor.copy_(sent);
        }
    }

    /// <summary>The largest number of bytes that a checkpoint's tensors take.</summary>
    public long Bytes
    {
        get
        {
            using var scope = NewDisposeScope();
            return task.Network.state_dict()
                .Concat(optimizer.Buffers)
                .Concat(task.ExtraState)
                .Sum(entry => entry.Value.numel() * entry.Value.ElementSize);
        }
    }

    /// <summary>Returns the tensors of a checkpoint, by file. They change with the next step.</summary>
    public StateFiles Files() => Files(tensor => tensor.alias());

    /// <summary>Returns copies of the tensors of a checkpoint, in host memory.</summary>
    public StateFiles Copy() => Files(tensor => tensor.device_type == TorchSharp.DeviceType.CPU ? tensor.clone() : tensor.cpu());

    /// <summary>What a checkpoint holds beside its tensors.</summary>
    public static JsonObject Progress(double seconds, TrainingFaults faults)
    {
        var progress = new JsonObject { ["seconds"] = Math.Round(seconds, 3) };
        if (faults.ToJson() is { } json)
        {
            progress["faults"] = json;
        }

        return progress;
    }

    private static void Fill(IReadOnlyDictionary<string, Tensor> tensors, string path) =>
        Weights.Copy(tensors, SafetensorsFile.Read(path), key => key, path);

    private StateFiles Files(Func<Tensor, Tensor> take)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var files = new Dictionary<string, IReadOnlyDictionary<string, Tensor>>
        {
            [Weights.FileName] = Take(task.Network.state_dict(), take),
            // These are copies in any case.
            [OptimizerFile] = Take(optimizer.Pack(), packed => packed.alias()),
        };
        if (task.ExtraState is { Count: > 0 } extra)
        {
            files[ExtraStateFile] = Take(extra, take);
        }

        return new StateFiles(files);
    }

    private static Dictionary<string, Tensor> Take(IReadOnlyDictionary<string, Tensor> tensors, Func<Tensor, Tensor> take) =>
        tensors.ToDictionary(entry => entry.Key, entry => take(entry.Value).DetachFromDisposeScope());
}

/// <summary>The tensors of a checkpoint, by file and name; owned by this object.</summary>
internal sealed class StateFiles(IReadOnlyDictionary<string, IReadOnlyDictionary<string, Tensor>> files) : IDisposable
{
    /// <summary>Saves a checkpoint, which is on the disk when this method returns.</summary>
    /// <param name="checkpoints">The stage's checkpoints.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="progress">What a resumed run needs beside the tensors.</param>
    public void Save(CheckpointStore checkpoints, long step, JsonObject progress) => checkpoints.Save(
        step,
        progress,
        folder =>
        {
            foreach (var (name, tensors) in files)
            {
                Durable.WritePart(Path.Combine(folder, name), file => SafetensorsFile.Write(file, tensors));
            }
        });

    public void Dispose()
    {
        foreach (var tensor in files.Values.SelectMany(tensors => tensors.Values))
        {
            tensor.Dispose();
        }
    }
}
