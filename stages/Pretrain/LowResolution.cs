using Distill.Pipeline.Options;

namespace Distill.Pretrain;

/// <summary>
/// Smaller views at the start of pretraining (progressive resizing). A step then costs about (size / image size)² of a full one.
/// The network pools over any input size, and learns coarse features first.
/// </summary>
/// <param name="Size">Height and width of the views in pixels.</param>
/// <param name="Fraction">Fraction of the steps that use this size; 0 for none.</param>
public sealed record LowResolution(int Size, double Fraction)
{
    /// <summary>All views have the size of the images.</summary>
    public static readonly LowResolution None = new(Size: 20, Fraction: 0);

    public static LowResolution Read(JsonSection section) => new(
        section.Integer("size", 20, 8, 2048, "Height and width of the smaller views, in pixels."),
        section.Number("fraction", 0, 0, 1, "Fraction of the steps that use smaller views."));

    /// <summary>Returns the size of the views of a step; null for the size of the images.</summary>
    public int? SizeAt(long step, long steps) => step < Fraction * steps ? Size : null;
}
