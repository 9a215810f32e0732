using Distill.Datasets.Images;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>Runs a network over images as they are, in inference mode, in batches.</summary>
/// <remarks>
/// On the CPU every core takes batches of its own, because several threads in one kernel wait for each other where networks are narrow. A
/// batch's outputs depend on the batch alone: not on the number of cores, nor on what is computed beside it.
/// </remarks>
public static class Inference
{
    private const int LargestCpuBatch = 500;
    private const int LargestGpuBatch = 512;

    /// <summary>Of a batch on a CPU: as many batches as there are cores are in memory at a time.</summary>
    private const int PixelsPerCpuBatch = 1 << 19;

    /// <summary>
    /// Of the widest maps of a batch on a GPU: 512 MiB in fp32, of which some four are in memory for each of the two workers. A ResNet-50 takes 167 images of 224×224.
    /// </summary>
    private const double ValuesPerGpuBatch = 1 << 27;

    /// <summary>Of a network that does not say how wide its maps are.</summary>
    private const double UsualValuesPerPixel = 32;

    /// <summary>While one reads a batch's outputs, which waits for the GPU, the other launches the next batch.</summary>
    private const int GpuWorkers = 2;

    /// <summary>The network's outputs (logits, or an encoder's features) of the images of these numbers, in their order.</summary>
    /// <param name="network">Left in the mode, training or inference, that it was in.</param>
    /// <param name="bank">The images.</param>
    /// <param name="indices">Numbers of images.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="report">Called after each batch with the images done so far; may throw to stop.</param>
    /// <param name="workers">Batches at a time; of no effect on results. Null for one per core, or two on a GPU.</param>
    /// <returns>[N, D], fp32, on the device.</returns>
    public static Tensor Run(
        nn.Module<Tensor, Tensor> network,
        ImageBank bank,
        IReadOnlyList<int> indices,
        Compute compute,
        Action<int>? report = null,
        int? workers = null)
    {
        using var scope = NewDisposeScope();
        using var form = InferenceNetwork.Create(network, compute);
        var chunks = indices.Chunk(BatchSize(bank.Images.Shape, compute, network)).ToArray();
        using var loader = new ViewLoader(bank, chunk => bank.Measured(chunks[chunk]), chunks.Length);
        var batches = new List<Tensor>();
        var done = 0;
        foreach (var outputs in ForEach(loader, chunks.Length, form, (_, y) => y.DetachFromDisposeScope(), compute, workers))
        {
            scope.Attach(outputs);
            batches.Add(outputs);
            done += chunks[batches.Count - 1].Length;
            report?.Invoke(done);
        }

        return cat(batches).MoveToOuterDisposeScope();
    }

    /// <summary>What becomes of every batch's outputs, in order; several batches are worked on at a time.</summary>
    /// <typeparam name="T">What becomes of them.</typeparam>
    /// <param name="loader">The batches; asked in order.</param>
    /// <param name="count">How many.</param>
    /// <param name="form">The network.</param>
    /// <param name="use">
    /// Called with a batch's number and outputs, [N, D], fp32, on the thread that computed them and in a scope that ends with the call.
    /// </param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="workers">Batches at a time; null for one per core, or two on a GPU.</param>
    public static IEnumerable<T> ForEach<T>(
        ViewLoader loader, int count, IInferenceModule form, Func<int, Tensor, T> use, Compute compute, int? workers = null) =>
        ParallelMap.Run<T>(count, workers ?? Workers(compute), batch =>
        {
            var images_NCHW = loader.At(batch);
            return () =>
            {
                using var scope = NewDisposeScope();
                using var owned = images_NCHW;
                return use(batch, form.Forward(owned));
            };
        });

    /// <summary>Images in a batch.</summary>
    /// <param name="shape">Of the images.</param>
    /// <param name="compute">Where they are computed.</param>
    /// <param name="network">What computes them. On a CPU it makes no difference.</param>
    public static int BatchSize(ImageShape shape, Compute compute, nn.Module? network = null)
    {
        var pixels = shape.Height * shape.Width;
        if (OnCpu(compute))
        {
            return Math.Clamp(PixelsPerCpuBatch / pixels, 1, LargestCpuBatch);
        }

        var valuesPerPixel = network?.modules().Prepend(network).OfType<ResNet>().FirstOrDefault()?.ValuesPerPixel ?? UsualValuesPerPixel;
        return (int)Math.Clamp(ValuesPerGpuBatch / (valuesPerPixel * pixels), 1, LargestGpuBatch);
    }

    /// <summary>Batches at a time.</summary>
    internal static int Workers(Compute compute) => OnCpu(compute) ? get_num_threads() : GpuWorkers;

    /// <summary>One batch in inference mode and without a graph. For many batches, <see cref="Run"/> makes the network ready only once.</summary>
    /// <param name="network">Left in the mode that it was in.</param>
    /// <param name="images_NCHW">Floats of [0, 1], on the device.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <returns>[N, D], fp32.</returns>
    public static Tensor Forward(nn.Module<Tensor, Tensor> network, Tensor images_NCHW, Compute compute)
    {
        using var form = InferenceNetwork.Create(network, compute);
        return form.Forward(images_NCHW);
    }

    private static bool OnCpu(Compute compute) => compute.Device.type == DeviceType.CPU;
}
