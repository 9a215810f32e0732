using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>A split's images, from which batches of views are cut.</summary>
public abstract class ImageBank : IDisposable
{
    /// <summary>Up to this many pixels a side, crops are enlarged, and a whole split fits on the device.</summary>
    private const int LargestResident = 64;

    private protected ImageBank(ImageSet images, Device device) => (Images, Device) = (images, device);

    public ImageSet Images { get; }

    public Device Device { get; }

    /// <summary>
    /// Opens the bank that suits the images: small ones of one shape lie on the device, and views are made there; others are decoded on
    /// loader threads.
    /// </summary>
    /// <param name="images">The split.</param>
    /// <param name="device">Where views are wanted.</param>
    /// <param name="threads">
    /// Threads that make views on the CPU; 0 for one per processor, but one less where a GPU has to be fed. Of no effect on what is loaded.
    /// </param>
    public static ImageBank Open(ImageSet images, Device device, int threads = 0)
    {
        var loaders = Loaders(threads, Environment.ProcessorCount, device.type);
        if (images.Pixels is not PackedPixels packed || Math.Max(packed.Shape.Height, packed.Shape.Width) > LargestResident)
        {
            return new StreamedBank(images, device, loaders);
        }

        return device.type == DeviceType.CPU ? new HostBank(images, packed, loaders) : new ResidentBank(images, packed, device);
    }

    /// <summary>How many threads make views. With a GPU one processor is left to the thread that launches its kernels.</summary>
    /// <param name="configured">0 for as many as suit.</param>
    /// <param name="processors">Processors of this machine.</param>
    /// <param name="device">Where views are wanted.</param>
    internal static int Loaders(int configured, int processors, DeviceType device) =>
        configured > 0 ? configured : device != DeviceType.CPU && processors > 2 ? processors - 1 : processors;

    /// <summary>Views: [N, C, H, W], floats of [0, 1].</summary>
    public Tensor Cut(ViewBatch batch) => Finish(batch, Prepare(batch, CancellationToken.None));

    /// <summary>The images of these numbers as they are measured: [N, C, H, W], floats of [0, 1].</summary>
    public Tensor Take(IEnumerable<int> indices) => Cut(Measured(indices));

    /// <summary>The views in which images of these numbers are measured.</summary>
    public ViewBatch Measured(IEnumerable<int> indices) =>
        new([.. indices.Select(index => new ViewRequest(index, Images.MeasuredPart(index)))]);

    /// <summary>The labels of these images: [N], 64-bit integers.</summary>
    public Tensor Labels(IEnumerable<int> indices) => tensor(indices.Select(i => (long)Images.Labels[i]).ToArray()).OnDevice(Device);

    /// <summary>A view drawn for an image, by its own height and width; the part that is measured where nothing is to be cropped.</summary>
    /// <param name="image">The image's number.</param>
    /// <param name="options">How crops are drawn; null for none.</param>
    /// <param name="key">The view's key, which operations after the crop draw from too.</param>
    public ViewRequest Draw(int image, CropOptions? options, RandomKey key)
    {
        if (options is null)
        {
            return new ViewRequest(image, Images.MeasuredPart(image), key);
        }

        var (height, width) = Images.Pixels.SizeOf(image);
        return new ViewRequest(image, CropSampler.Draw(key, options, height, width), key);
    }

    /// <summary>Whether <see cref="Prepare"/> takes time, so that it is worth doing ahead.</summary>
    internal abstract bool Streams { get; }

    /// <summary>
    /// What can be done ahead, on any thread: uint8 [N, C, H, W] on the CPU, pinned for an accelerator, in no dispose scope; null where there is nothing to do.
    /// </summary>
    internal abstract Tensor? Prepare(ViewBatch batch, CancellationToken cancellation);

    /// <summary>What is left to do, on the thread that trains. It disposes of what was prepared.</summary>
    internal abstract Tensor Finish(ViewBatch batch, Tensor? prepared);

    /// <summary>The batch's operations on its crops, [N, C, H, W], as passes over the whole batch.</summary>
    private protected static Tensor Changed(Tensor crops_NCHW, ViewBatch batch) => batch.Operations.Count == 0
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
