using Stages.Imaging.Datasets;
using Stages.Imaging.Loading;
using Stages.Imaging.Splits;
using static TorchSharp.torch;

namespace Stages.FineTune;

/// <summary>The labelled images and nothing else: whoever trains on these cannot see another label.</summary>
internal sealed class LabelledImages : IDisposable
{
    private readonly ImageBank _bank;
    private readonly IReadOnlyList<int> _indices;

    /// <param name="train">The training split.</param>
    /// <param name="indices">Which of its images are labelled.</param>
    /// <param name="device">Where they are to lie.</param>
    public LabelledImages(ImageSet train, IReadOnlyList<int> indices, Device device) =>
        (_bank, _indices) = (new ImageBank(train, device), indices);

    public ImageShape Shape => _bank.Images.Shape;

    public int ClassCount => _bank.Images.ClassNames.Count;

    public int Count => _indices.Count;

    public static LabelledImages Load(IDataset dataset, LabelOptions labels, Device device)
    {
        var train = dataset.Train();
        return new LabelledImages(train, LabelSplit.Draw(train, labels).Indices, device);
    }

    /// <summary>Images and labels of these places in the list of labelled images.</summary>
    public (Tensor Images_NCHW, Tensor Labels_N) Take(IReadOnlyList<int> places)
    {
        var indices = places.Select(place => _indices[place]).ToArray();
        return (_bank.Take(indices), _bank.Labels(indices));
    }

    public void Dispose() => _bank.Dispose();
}
