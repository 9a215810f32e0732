// N images
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Training;

/// <summary>The labeled images of a split. A task that trains on them has no access to other labels.</summary>
public sealed class LabeledImages : IDisposable
{
    private readonly ImageBank _bank;
    private readonly IReadOnlyList<int> _indices;

    /// <summary>Opens the labeled images of a training split.</summary>
    /// <param name="train">Training split.</param>
    /// <param name="indices">Numbers of the labeled images.</param>
    /// <param name="device">Device of their views.</param>
    /// <param name="threads">Number of loader threads; 0 for one per processor.</param>
    public LabeledImages(ImageSet train, IReadOnlyList<int> indices, Device device, int threads) =>
        (_bank, _indices) = (ImageBank.Open(train, device, threads), indices);

    /// <summary>Device of the views.</summary>
    public Device Device => _bank.Device;

    public ImageShape Shape => _bank.Images.Shape;

    public int ClassCount => _bank.Images.ClassNames.Count;

    public int Count => _indices.Count;

    /// <summary>Draws labeled images from the training split.</summary>
    public static LabeledImages Load(IDataset dataset, LabelSplitOptions labels, RunSettings settings)
    {
        var train = dataset.Train();
        return new LabeledImages(train, LabelSplit.Draw(train, labels).Indices, settings.Compute.Device, settings.LoaderThreads);
    }

    /// <summary>Number of images of the split, labeled or not.</summary>
    public int SplitCount => _bank.Images.Count;

    /// <summary>Draws a view of any image of the split, of which only the pixels are used.</summary>
    public ViewRequest DrawOfSplit(int image, CropOptions? crop, RandomKey key) => _bank.Draw(image, crop, key);

    /// <summary>Draws a view of the image at a position in the list of labeled images.</summary>
    public ViewRequest Draw(int position, CropOptions? crop, RandomKey key) => _bank.Draw(_indices[position], crop, key);

    /// <summary>Returns the labels of the images at positions in the list: [N], int64.</summary>
    public Tensor Labels(IEnumerable<int> positions) => _bank.Labels(positions.Select(position => _indices[position]));

    /// <summary>Computes a network's outputs for all labeled images, without augmentation: [N, D], fp32.</summary>
    /// <param name="network">The network, on its device.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="report">Called with the number of images done so far; may throw to stop.</param>
    public Tensor Outputs(nn.Module<Tensor, Tensor> network, Compute compute, Action<int>? report = null) =>
        Inference.Run(network, _bank, _indices, compute, report);

    /// <summary>Creates a loader of the views that <paramref name="plan"/> requests.</summary>
    public ViewLoader Loader(Func<long, ViewBatch> plan, long steps) => new(_bank, plan, steps);

    public void Dispose() => _bank.Dispose();
}
