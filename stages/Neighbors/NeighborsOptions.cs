using Distill.Pipeline.Options;

namespace Distill.Neighbors;

/// <summary>Options of the search for neighbors, the block <c>neighbors</c>.</summary>
/// <param name="Count">Nearest neighbors of each image; all others if there are fewer.</param>
public sealed record NeighborsOptions(int Count)
{
    /// <summary>Reads the block <c>neighbors</c>.</summary>
    public static NeighborsOptions Read(JsonSection section) =>
        new(section.Integer("count", 10, 1, 1000, "Nearest neighbors of each training image, by cosine of the encoder's features."));
}
