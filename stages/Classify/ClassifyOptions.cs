using Distill.Imaging.Augmentation;
using Distill.Pipeline.Options;

namespace Distill.Classify;

/// <summary>Options of the classifier on a frozen encoder's features, the block <c>classify</c>.</summary>
/// <param name="ViewsPerImage">Views of each labeled image that it learns from: the evaluation's view, and crops.</param>
/// <param name="Crop">How the further views are drawn.</param>
/// <param name="Folds">Parts in which the labeled images are held out in turn to choose the L2 strength.</param>
public sealed record ClassifyOptions(int ViewsPerImage, CropOptions Crop, int Folds)
{
    public static ClassifyOptions Read(JsonSection section) => new(
        section.Integer(
            "viewsPerImage", 1, 1, 256,
            "Views of each labeled image that the classifier learns from: the view of evaluation, and random crops for the others."),
        CropOptions.Read(section.Section("crop", "Random resized crop of the further views."), defaultArea: 0.35),
        section.Integer("folds", 5, 2, 20, "Parts of the labeled images that are held out in turn to choose the L2 strength."));
}
