using Distill.Datasets;
using Distill.Datasets.Images;

namespace Benchmarks.Workload;

/// <summary>The training images of a small dataset, repeated under new indices: as much work as a large dataset.</summary>
internal sealed class RepeatedDataset : IDataset
{
    private readonly IDataset _dataset;
    private readonly ImageSet _images;

    /// <param name="dataset">Dataset whose images all have one shape.</param>
    /// <param name="times">Number of repetitions.</param>
    public RepeatedDataset(IDataset dataset, int times)
    {
        _dataset = dataset;
        var images = dataset.Train();
        var bytes = ((InMemoryPixels)images.Pixels).Bytes.ToArray();
        var all = Enumerable.Range(0, times);
        _images = new ImageSet(
            images.Name, images.Shape, [.. all.SelectMany(_ => bytes)], [.. all.SelectMany(_ => images.Labels)], images.ClassNames);
    }

    public string Name => _dataset.Name;

    public ImageSet Train() => _images;

    public ImageSet Test() => _dataset.Test();

    public string TrainFingerprint() => _dataset.TrainFingerprint();

    public string TestFingerprint() => _dataset.TestFingerprint();
}
