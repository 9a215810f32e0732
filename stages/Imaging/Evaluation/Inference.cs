// N images, C channels, H height, W width, D features
using Distill.Datasets.Images;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>Runs a network in inference mode over unaugmented images, in batches.</summary>
/// <remarks>
/// On the CPU each core computes whole batches, because threads that share one kernel wait for each other in narrow networks. The outputs
/// of a batch depend neither on the number of cores nor on other batches.
/// </remarks>
public static class Inference
{
    private const int LargestCpuBatch = 500;
    private const int LargestGpuBatch = 512;

    /// <summary>Largest number of pixels in a batch on a CPU. One batch per core is in memory at a time.</summary>
    private const int PixelsPerCpuBatch = 1 << 19;

    /// <summary>
    /// Largest number of values in the widest feature maps of a batch on a GPU: 512 MiB in fp32. About four such maps are in memory for
    /// each of the two workers. A ResNet-50 takes 167 images of 224×224.
    /// </summary>
    private const double ValuesPerGpuBatch = 1 << 27;

    /// <summary>Values per pixel of networks whose feature maps have an unknown width.</summary>
    private const double DefaultValuesPerPixel = 32;

    /// <summary>While one worker waits for the outputs of a batch, the other launches the next batch.</summary>
    private const int GpuWorkers = 2;

    /// <summary>Computes the network's outputs (logits, or an encoder's features) for images, in the given order.</summary>
    /// <param name="network">Network of any kind; its mode, training or inference, is restored.</param>
    /// <param name="bank">Bank of the images.</param>
    /// <param name="indices">Numbers of the images.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="report">Called after each batch with the number of images done so far; may throw to stop.</param>
    /// <param name="workers">Number of batches at a time, which does not affect results. Null for one per core, or two on a GPU.</param>
    /// <returns>[N, D], fp32, on the device.</returns>
    public static Tensor Run(
        nn.Module<Tensor, Tensor> network,
        ImageBank bank,
        IReadOnlyList<int> indices,
        Compute compute,
        Action<int>? report = null,
        int? workers = null) =>
        Collect(network, bank, indices, compute, report, workers, width => empty(indices.Count, width, device: compute.Device));

    /// <summary>
    /// Computes outputs as <see cref="Run"/> does, but stores them in the memory of the host, and in half precision if there are more than
    /// <see cref="HostFeatures.MaximumInFp32"/>.
    /// </summary>
    /// <returns>[N, D], on the CPU.</returns>
    public static Tensor RunToHost(
        nn.Module<Tensor, Tensor> network,
        ImageBank bank,
        IReadOnlyList<int> indices,
        Compute compute,
        Action<int>? report = null) =>
        Collect(network, bank, indices, compute, report, workers: null, width => HostFeatures.Create(indices.Count, width));

    private static Tensor Collect(
        nn.Module<Tensor, Tensor> network,
        ImageBank bank,
        IReadOnlyList<int> indices,
        Compute compute,
        Action<int>? report,
        int? workers,
        Func<long, Tensor> create)
    {
        using var scope = NewDisposeScope();
        using var form = InferenceNetwork.Create(network, compute);
        var size = SizeOf(network);
        var chunks = indices.Chunk(BatchSize(bank.Images.Shape, compute, network)).ToArray();
        using var loader = new ViewLoader(bank, chunk => bank.EvaluationViews(chunks[chunk]) with { Size = size }, chunks.Length);
        // One tensor for all outputs: with a list of batches, both would be in memory in the end.
        Tensor? all_ND = null;
        var done = 0L;
        foreach (var outputs in ForEach(loader, chunks.Length, form, (_, y) => y.DetachFromDisposeScope(), compute, workers))
        {
            using var batch_ND = outputs;
            all_ND ??= create(batch_ND.shape[1]);
            using var rows_ND = all_ND.narrow(0, done, batch_ND.shape[0]);
            rows_ND.copy_(batch_ND);
            done += batch_ND.shape[0];
            report?.Invoke((int)done);
        }

        return all_ND!.MoveToOuterDisposeScope();
    }

    /// <summary>Computes several batches at a time and returns what <paramref name="use"/> makes of each, in order.</summary>
    /// <typeparam name="T">Result per batch.</typeparam>
    /// <param name="loader">Loader of the batches; it is called in order.</param>
    /// <param name="count">Number of batches.</param>
    /// <param name="form">Network in its inference form.</param>
    /// <param name="use">
    /// Called with the number and the outputs of a batch, [N, D], fp32, on the thread that computed them. The outputs are disposed of
    /// after the call.
    /// </param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="workers">Number of batches at a time; null for one per core, or two on a GPU.</param>
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

    /// <summary>Returns the height and width in which a network sees images; null for those of the dataset.</summary>
    public static int? SizeOf(nn.Module network) => (network as ISizedNetwork)?.ImageSize;

    /// <summary>Chooses the number of images in a batch.</summary>
    /// <param name="shape">Shape of the images, unless the network has a size of its own.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="network">Network that computes them; its maps are only considered on a GPU.</param>
    public static int BatchSize(ImageShape shape, Compute compute, nn.Module? network = null)
    {
        var sized = network as ISizedNetwork;
        var pixels = sized is null ? shape.Height * shape.Width : sized.ImageSize * sized.ImageSize;
        var valuesPerPixel = network?.modules().Prepend(network).OfType<ResNet>().FirstOrDefault()?.ValuesPerPixel ?? DefaultValuesPerPixel;
        var batch = OnCpu(compute)
            ? Math.Clamp(PixelsPerCpuBatch / pixels, 1, LargestCpuBatch)
            : (int)Math.Clamp(ValuesPerGpuBatch / (valuesPerPixel * pixels), 1, LargestGpuBatch);
        var multiple = sized?.BatchMultiple ?? 1;
        return Math.Max(1, batch / multiple) * multiple;
    }

    /// <summary>Returns the number of batches at a time.</summary>
    public static int Workers(Compute compute) => OnCpu(compute) ? get_num_threads() : GpuWorkers;

    /// <summary>Computes one batch in inference mode. For many, use <see cref="Run"/>, which converts the network only once.</summary>
    /// <param name="network">Network of any kind; its mode, training or inference, is restored.</param>
    /// <param name="images_NCHW">Floats in [0, 1], on the device.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <returns>[N, D], fp32.</returns>
    public static Tensor Forward(nn.Module<Tensor, Tensor> network, Tensor images_NCHW, Compute compute)
    {
        using var form = InferenceNetwork.Create(network, compute);
        return form.Forward(images_NCHW);
    }

    /// <summary>Computes the outputs of batches that are loaded already, several batches at a time.</summary>
    /// <param name="form">Network in its inference form.</param>
    /// <param name="count">Number of batches.</param>
    /// <param name="take">Returns a batch: [N, C, H, W], floats in [0, 1], on the device. It is called in order and disposed of.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <returns>[rows of all batches, D], fp32.</returns>
    public static Tensor Forward(IInferenceModule form, int count, Func<int, Tensor> take, Compute compute)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] outputs =
        [
            .. ParallelMap.Run<Tensor>(count, Workers(compute), batch =>
            {
                var images_NCHW = take(batch).DetachFromDisposeScope();
                return () => Outputs(images_NCHW);
            }),
        ];
        foreach (var batch in outputs)
        {
            scope.Attach(batch);
        }

        return cat(outputs).MoveToOuterDisposeScope();

        Tensor Outputs(Tensor batch_NCHW)
        {
            // Every worker thread has a mode and scopes of its own.
            using var inference = no_grad();
            using var own = NewDisposeScope();
            using var owned = batch_NCHW;
            return form.Forward(owned).DetachFromDisposeScope();
        }
    }

    private static bool OnCpu(Compute compute) => compute.Device.type == DeviceType.CPU;
}
