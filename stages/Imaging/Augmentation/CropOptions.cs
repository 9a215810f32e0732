using Stages.Pipeline.Options;

namespace Stages.Imaging.Augmentation;

/// <summary>How crops are drawn.</summary>
/// <param name="Area">Share of the image's area; 0.08 to 1 in SimCLR.</param>
/// <param name="Aspect">Width over height; 3/4 to 4/3 in SimCLR.</param>
/// <param name="FlipProbability">Chance of a mirror image; 0.5 in SimCLR.</param>
public sealed record CropOptions((double Low, double High) Area, (double Low, double High) Aspect, double FlipProbability)
{
    /// <param name="section">The block with <c>area</c>, <c>aspect</c> and <c>flip</c>.</param>
    /// <param name="defaultArea">Least share of the area where none is given.</param>
    public static CropOptions Read(JsonSection section, double defaultArea) => new(
        section.Range("area", (defaultArea, 1), 0.01, 1),
        section.Range("aspect", (0.75, 4.0 / 3), 0.1, 10),
        section.Number("flip", 0.5, 0, 1));
}
