using System.Text.Json.Nodes;
using Distill.Learning.Optimizers;
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

    /// <summary>Saves a checkpoint, which is on the disk when this method returns.</summary>
    /// <param name="checkpoints">The stage's checkpoints.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="progress">What a resumed run needs beside the tensors.</param>
    public void Save(CheckpointStore checkpoints, long step, JsonObject progress) => checkpoints.Save(
        step,
        progress,
        folder =>
        {
            Durable.WritePart(Path.Combine(folder, Weights.FileName), file => Weights.Save(task.Network, file));
            using var scope = NewDisposeScope();
            Durable.WritePart(Path.Combine(folder, OptimizerFile), file => SafetensorsFile.Write(file, optimizer.Pack()));
            if (task.ExtraState is { Count: > 0 } extra)
            {
                Durable.WritePart(Path.Combine(folder, ExtraStateFile), file => SafetensorsFile.Write(file, extra));
            }
        });

    private static void Fill(IReadOnlyDictionary<string, Tensor> tensors, string path) =>
        Weights.Copy(tensors, SafetensorsFile.Read(path), key => key, path);

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
}
