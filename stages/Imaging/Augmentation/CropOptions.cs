using Distill.Pipeline.Options;

namespace Distill.Imaging.Augmentation;

/// <summary>Options of the random resized crop and its flip.</summary>
/// <param name="Area">Range of the crop's area, relative to the image's; 0.08 to 1 in SimCLR.</param>
/// <param name="Aspect">Range of width / height; 3/4 to 4/3 in SimCLR.</param>
/// <param name="FlipProbability">Probability of a horizontal flip; 0.5 in SimCLR.</param>
public sealed record CropOptions((double Low, double High) Area, (double Low, double High) Aspect, double FlipProbability)
{
    /// <inheritdoc cref="CropOptions"/>
    public (double Low, double High) Aspect
    {
        get;
        init => (field, LogAspect) = (value, LogarithmsOf(value));
    } = Aspect;

    /// <summary>Natural logarithms of <see cref="Aspect"/>, computed once and not for every view.</summary>
    internal (double Low, double High) LogAspect { get; private init; } = LogarithmsOf(Aspect);

    /// <summary>Reads <c>area</c>, <c>aspect</c> and <c>flip</c>.</summary>
    /// <param name="section">Block of the crop.</param>
    /// <param name="defaultArea">Smallest relative area by default.</param>
    public static CropOptions Read(JsonSection section, double defaultArea) => new(
        section.Range("area", (defaultArea, 1), 0.01, 1, "Area of the crop as a fraction of the image."),
        section.Range("aspect", (0.75, 4.0 / 3), 0.1, 10, "Width over height of the crop, drawn on a logarithmic scale."),
        section.Number("flip", 0.5, 0, 1, "Probability of mirroring left to right."));

    private static (double Low, double High) LogarithmsOf((double Low, double High) range) => (Math.Log(range.Low), Math.Log(range.High));
}
