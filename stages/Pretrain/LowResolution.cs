using Distill.Pipeline.Options;

namespace Distill.Pretrain;

/// <summary>
/// Smaller views for the first part of pretraining: a step then costs about (size / image size)² of a full one, and the
/// network, which pools over whatever size it gets, learns the coarse things first (progressive resizing).
/// </summary>
/// <param name="Size">Height and width of the views in pixels.</param>
/// <param name="Share">Share of the steps that are made at this size; 0 for none.</param>
public sealed record LowResolution(int Size, double Share)
{
    public static LowResolution Read(JsonSection section) => new(
        section.Integer("size", 20, 8, 2048, "Height and width of the smaller views, in pixels."),
        section.Number("fraction", 0, 0, 1, "Fraction of the steps that use smaller views."));

    /// <summary>The size of step <paramref name="step"/>'s views; null for the images' own.</summary>
    public int? SizeAt(long step, long steps) => step < Share * steps ? Size : null;
}
