using System.Text.Json.Nodes;
using Distill.Learning.Optimizers;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>
/// All that training needs to go on in the same bits: the network's weights and buffers, the optimizer's
/// buffers, what the task remembers, and the step. Every rate and random number is a function of these.
/// </summary>
internal sealed class TrainingState(TrainingTask task, Optimizer optimizer)
{
    private const string WeightsFile = "weights.safetensors";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string MemoryFile = "memory.safetensors";

    /// <summary>Loads the newest valid checkpoint.</summary>
    /// <returns>The checkpoint; null where there is none.</returns>
    public Checkpoint? Resume(CheckpointStore checkpoints)
    {
        if (checkpoints.LoadNewest() is not { } checkpoint)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        Weights.Load(task.Network, Path.Combine(checkpoint.Folder, WeightsFile));
        var buffers = optimizer.Packed();
        Fill(buffers, Path.Combine(checkpoint.Folder, OptimizerFile));
        optimizer.Unpack(buffers);
        if (task.ExtraState is { Count: > 0 } memory)
        {
            Fill(memory, Path.Combine(checkpoint.Folder, MemoryFile));
        }

        return checkpoint;
    }

    /// <summary>What a checkpoint's tensors take at most.</summary>
    public long Bytes
    {
        get
        {
            using var scope = NewDisposeScope();
            return task.Network.state_dict().Concat(optimizer.Buffers).Concat(task.ExtraState).Sum(entry => entry.Value.numel() * entry.Value.ElementSize);
        }
    }

    /// <summary>Saves a checkpoint: on the disk, durably, when it returns.</summary>
    /// <param name="checkpoints">The stage's.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="progress">What a resumed run goes on from beside it.</param>
    public void Save(CheckpointStore checkpoints, long step, JsonObject progress) => checkpoints.Save(
        step,
        progress,
        folder =>
        {
            Durable.WritePart(Path.Combine(folder, WeightsFile), file => Weights.Save(task.Network, file));
            using var scope = NewDisposeScope();
            Durable.WritePart(Path.Combine(folder, OptimizerFile), file => SafetensorsFile.Write(file, optimizer.Packed()));
            if (task.ExtraState is { Count: > 0 } memory)
            {
                Durable.WritePart(Path.Combine(folder, MemoryFile), file => SafetensorsFile.Write(file, memory));
            }
        });

    private static void Fill(IReadOnlyDictionary<string, Tensor> tensors, string path) =>
        Weights.Copy(tensors, SafetensorsFile.Read(path), key => key, path);
}
