using Stages.Imaging.Loading;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Imaging.Evaluation;

/// <summary>Runs a network over images as they are, in inference mode, in batches.</summary>
public static class Inference
{
    private const int BatchSize = 500;

    /// <summary>The network's outputs (logits, or an encoder's features) of the images of these numbers, in their order.</summary>
    /// <param name="network">Left in the mode, training or inference, that it was in.</param>
    /// <param name="bank">The images.</param>
    /// <param name="indices">Numbers of images.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="report">Called after each batch with the images done so far; may throw to stop.</param>
    /// <returns>[N, D], fp32, on the device.</returns>
    public static Tensor Run(
        nn.Module<Tensor, Tensor> network, ImageBank bank, IReadOnlyList<int> indices, Compute compute, Action<int>? report = null)
    {
        using var scope = NewDisposeScope();
        var chunks = indices.Chunk(BatchSize).ToArray();
        using var loader = new ViewLoader(bank, chunk => bank.Measured(chunks[chunk]), chunks.Length);
        var batches = new List<Tensor>();
        for (var chunk = 0; chunk < chunks.Length; chunk++)
        {
            using var images_NCHW = loader.At(chunk);
            batches.Add(Forward(network, images_NCHW, compute));
            report?.Invoke(Math.Min((chunk + 1) * BatchSize, indices.Count));
        }

        return cat(batches).MoveToOuterDisposeScope();
    }

    /// <summary>One batch in inference mode and without a graph.</summary>
    /// <param name="network">Left in the mode that it was in.</param>
    /// <param name="images_NCHW">Floats of [0, 1], on the device.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <returns>[N, D], fp32.</returns>
    public static Tensor Forward(nn.Module<Tensor, Tensor> network, Tensor images_NCHW, Compute compute)
    {
        var training = network.training;
        network.eval();
        try
        {
            using var frozen = no_grad();
            using var scope = NewDisposeScope();
            using var precision = compute.Forward();
            return network.forward(images_NCHW).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
        }
        finally
        {
            network.train(training);
        }
    }
}
