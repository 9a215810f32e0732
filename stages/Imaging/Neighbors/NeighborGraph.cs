// N images, k neighbors of each, K classes
using Distill.Learning.Arithmetic;
using Distill.Learning.Safetensors;
using static TorchSharp.torch;

namespace Distill.Imaging.Neighbors;

/// <summary>The nearest neighbors of each image of a split, as a graph whose edges have weights.</summary>
/// <remarks>
/// The weight of a neighbor at distance d is exp(−4d²/r²), where r is the distance of the farthest one, as in the experiments of Poisson
/// learning (Calder et al. 2020, arXiv:2006.11184, section 4). Of two directions, the larger weight counts.
/// </remarks>
public sealed class NeighborGraph
{
    private const string NeighborsKey = "neighbors";
    private const string CosinesKey = "cosines";

    private readonly int[] _neighbors_Nk;
    private readonly float[] _cosines_Nk;

    /// <param name="images">N.</param>
    /// <param name="neighbors_Nk">Numbers of the neighbors, the nearest first.</param>
    /// <param name="cosines_Nk">Cosines of their features with those of the image.</param>
    public NeighborGraph(int images, int[] neighbors_Nk, float[] cosines_Nk) =>
        (Images, _neighbors_Nk, _cosines_Nk) = (images, neighbors_Nk, cosines_Nk);

    /// <summary>Number of images, N.</summary>
    public int Images { get; }

    /// <summary>Number of neighbors of each, k.</summary>
    public int Count => _neighbors_Nk.Length / Images;

    /// <summary>Returns the neighbors of an image, the nearest first.</summary>
    public ReadOnlySpan<int> Of(int image) => _neighbors_Nk.AsSpan(image * Count, Count);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or has neighbors of other images.</exception>
    public static NeighborGraph Read(string path, int images)
    {
        using var scope = NewDisposeScope();
        var tensors = SafetensorsFile.Read(path);
        return tensors.TryGetValue(NeighborsKey, out var neighbors_Nk)
            && tensors.TryGetValue(CosinesKey, out var cosines_Nk)
            && neighbors_Nk.shape.SequenceEqual(cosines_Nk.shape)
            && neighbors_Nk.shape is [var found, > 0]
            && found == images
            && neighbors_Nk.ReadAll<int>() is var numbers
            && numbers.All(number => number >= 0 && number < images)
                ? new NeighborGraph(images, numbers, cosines_Nk.ReadAll<float>())
                : throw new InvalidDataException($"{path}: expected the neighbors of {images} images");
    }

    /// <summary>Writes the file.</summary>
    public void Write(Stream stream)
    {
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(stream, new Dictionary<string, Tensor>
        {
            [NeighborsKey] = tensor(_neighbors_Nk, [Images, Count]),
            [CosinesKey] = tensor(_cosines_Nk, [Images, Count]),
        });
    }

    /// <summary>Returns the edges of each image in both directions, with weights wᵢⱼ/√(dᵢdⱼ), where d are sums of weights.</summary>
    public NeighborEdges Edges()
    {
        var weights = new float[_cosines_Nk.Length];
        for (var place = 0; place < weights.Length; place++)
        {
            // Features have length 1, so d² = 2 − 2 cos. Equal images are at distance 0.
            var farthest = Squared(place / Count * Count + Count - 1);
            weights[place] = farthest > 0 ? (float)Math.Exp(-4 * Squared(place) / farthest) : 1;
        }

        return NeighborEdges.Of(Images, _neighbors_Nk, weights);

        double Squared(int place) => Math.Max(0, 2 - 2.0 * _cosines_Nk[place]);
    }
}
