using System.Text.Json.Nodes;
using Stages.Learning.Optimizers;
using Stages.Learning.Safetensors;
using Stages.Pipeline.Storage;
using static TorchSharp.torch;

namespace Stages.Learning.Training;

/// <summary>
/// All that training needs to go on in the same bits: the network's weights and buffers, the optimizer's
/// buffers, and the step. Every rate and random number is a function of these.
/// </summary>
internal sealed class TrainingState(nn.Module network, Optimizer optimizer)
{
    private const string WeightsFile = "weights.safetensors";
    private const string OptimizerFile = "optimizer.safetensors";

    /// <summary>Loads the newest valid checkpoint.</summary>
    /// <returns>The step to go on with and the seconds spent before; zeros where there is no checkpoint.</returns>
    public (long Step, double Seconds) Resume(CheckpointStore checkpoints)
    {
        if (checkpoints.LoadNewest() is not { } checkpoint)
        {
            return (0, 0);
        }

        using var scope = NewDisposeScope();
        Weights.Load(network, Path.Combine(checkpoint.Folder, WeightsFile));
        var buffers = Path.Combine(checkpoint.Folder, OptimizerFile);
        Weights.Copy(optimizer.Buffers, SafetensorsFile.Read(buffers), key => key, buffers);
        return (checkpoint.Step, checkpoint.State["seconds"]!.GetValue<double>());
    }

    public void Save(CheckpointStore checkpoints, long step, double seconds) => checkpoints.Save(
        step,
        new JsonObject { ["seconds"] = Math.Round(seconds, 3) },
        folder =>
        {
            using (var file = File.Create(Path.Combine(folder, WeightsFile)))
            {
                Weights.Save(network, file);
            }

            using (var file = File.Create(Path.Combine(folder, OptimizerFile)))
            {
                SafetensorsFile.Write(file, optimizer.Buffers);
            }
        });
}
