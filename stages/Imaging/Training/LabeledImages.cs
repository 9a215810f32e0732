using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Training;

/// <summary>The labeled images and nothing else: whoever trains on these cannot see another label.</summary>
public sealed class LabeledImages : IDisposable
{
    private readonly ImageBank _bank;
    private readonly IReadOnlyList<int> _indices;

    /// <param name="train">The training split.</param>
    /// <param name="indices">Which of its images are labeled.</param>
    /// <param name="device">Where they are to lie.</param>
    /// <param name="threads">Loader threads; 0 for one a processor.</param>
    public LabeledImages(ImageSet train, IReadOnlyList<int> indices, Device device, int threads) =>
        (_bank, _indices) = (ImageBank.Open(train, device, threads), indices);

    public ImageShape Shape => _bank.Images.Shape;

    public int ClassCount => _bank.Images.ClassNames.Count;

    public int Count => _indices.Count;

    /// <summary>Those that the options call labeled, drawn from the training split.</summary>
    public static LabeledImages Load(IDataset dataset, LabelSplitOptions labels, RunSettings settings)
    {
        var train = dataset.Train();
        return new LabeledImages(train, LabelSplit.Draw(train, labels).Indices, settings.Compute.Device, settings.LoaderThreads);
    }

    /// <summary>A view of the image at this place in the list of labeled images.</summary>
    public ViewRequest Draw(int place, CropOptions? crop, RandomKey key) => _bank.Draw(_indices[place], crop, key);

    /// <summary>The labels of the images at these places: [N], 64-bit integers.</summary>
    public Tensor Labels(IEnumerable<int> places) => _bank.Labels(places.Select(place => _indices[place]));

    /// <summary>Loads the views that <paramref name="plan"/> asks for.</summary>
    public ViewLoader Loader(Func<long, ViewBatch> plan, long steps) => new(_bank, plan, steps);

    public void Dispose() => _bank.Dispose();
}
