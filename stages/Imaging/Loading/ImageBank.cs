// N images, C channels, H height, W width
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>The images of a split, from which batches of views are cut.</summary>
public abstract class ImageBank : IDisposable
{
    /// <summary>Largest side in pixels at which crops are enlarged and a whole split fits on the device.</summary>
    private const int MaximumResidentSide = 64;

    private protected ImageBank(ImageSet images, Device device) => (Images, Device) = (images, device);

    public ImageSet Images { get; }

    public Device Device { get; }

    /// <summary>
    /// Opens the bank that suits the images. Small images of one shape stay on the device, where their views are made. Others are decoded
    /// on loader threads.
    /// </summary>
    /// <param name="images">Images of the split.</param>
    /// <param name="device">Device of the views.</param>
    /// <param name="threads">
    /// Number of threads that make views on the CPU; 0 for one per processor, and one less with a GPU. It does not affect the views.
    /// </param>
    public static ImageBank Open(ImageSet images, Device device, int threads = 0)
    {
        var loaderThreads = LoaderThreads(threads, Environment.ProcessorCount, device.type);
        if (images.Pixels is not InMemoryPixels pixels || Math.Max(pixels.Shape.Height, pixels.Shape.Width) > MaximumResidentSide)
        {
            return new StreamedBank(images, device, loaderThreads);
        }

        return device.type == DeviceType.CPU ? new HostBank(images, pixels, loaderThreads) : new ResidentBank(images, pixels, device);
    }

    /// <summary>Chooses the number of loader threads. With a GPU, one processor is left to the thread that launches its kernels.</summary>
    /// <param name="configured">Configured number; 0 to choose.</param>
    /// <param name="processors">Number of processors of this machine.</param>
    /// <param name="device">Device of the views.</param>
    internal static int LoaderThreads(int configured, int processors, DeviceType device) =>
        configured > 0 ? configured : device != DeviceType.CPU && processors > 2 ? processors - 1 : processors;

    /// <summary>Makes views: [N, C, H, W], floats in [0, 1].</summary>
    public Tensor Cut(ViewBatch batch)
    {
        using var prepared = Prepare(batch, CancellationToken.None);
        return Finish(batch, prepared);
    }

    /// <summary>Returns images without augmentation, as in evaluation: [N, C, H, W], floats in [0, 1].</summary>
    public Tensor Take(IEnumerable<int> indices) => Cut(EvaluationViews(indices));

    /// <summary>Returns the views in which images are evaluated.</summary>
    public ViewBatch EvaluationViews(IEnumerable<int> indices) =>
        new([.. indices.Select(index => new ViewRequest(index, Images.MeasuredPart(index)))]);

    /// <summary>Returns the labels of images: [N], int64.</summary>
    public Tensor Labels(IEnumerable<int> indices) => tensor(indices.Select(i => (long)Images.Labels[i]).ToArray()).OnDevice(Device);

    /// <summary>Draws a view of an image, given its own height and width. Without a crop, it is the view of evaluation.</summary>
    /// <param name="image">Number of the image.</param>
    /// <param name="options">Options of the crop; null for none.</param>
    /// <param name="key">The view's key, from which its operations draw as well.</param>
    public ViewRequest Draw(int image, CropOptions? options, RandomKey key)
    {
        if (options is null)
        {
            return new ViewRequest(image, Images.MeasuredPart(image), key);
        }

        var (height, width) = Images.Pixels.SizeOf(image);
        return new ViewRequest(image, CropSampler.Draw(key, options, height, width), key);
    }

    /// <summary>Whether <see cref="Prepare"/> takes time, so that it is worth calling ahead.</summary>
    internal abstract bool Streams { get; }

    /// <summary>
    /// Does what can be done ahead, on any thread; returns null if there is nothing to do. Otherwise returns [N, C, H, W] on the CPU, in
    /// no dispose scope: crops as uint8, in pinned memory if the device is an accelerator, or finished views as floats.
    /// </summary>
    internal abstract Tensor? Prepare(ViewBatch batch, CancellationToken cancellation);

    /// <summary>Does the rest, on the training thread: [N, C, H, W], floats on the device, which may share prepared memory.</summary>
    internal abstract Tensor Finish(ViewBatch batch, Tensor? prepared);

    /// <summary>Applies the operations of a batch to its crops, in batch form: [N, C, H, W].</summary>
    private protected static Tensor Change(Tensor crops_NCHW, ViewBatch batch) => batch.Operations.Count == 0
        ? crops_NCHW
        : ViewMaker.Change(crops_NCHW, batch.Operations, batch.Views.Select(view => view.Key).ToArray());

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected virtual void Dispose(bool disposing)
    {
    }
}
