using Distill.Imaging.Augmentation;
using Distill.Pipeline.Options;

namespace Distill.Label;

/// <summary>Options of labeling by a teacher, the block <c>label</c> of a round.</summary>
/// <param name="ViewsPerImage">
/// Number of augmented views stored per image. With 1, the student sees the same crop in every epoch. Several views keep the variety of
/// augmentation without running the teacher during distillation (as in FKD, arXiv:2112.01528).
/// </param>
/// <param name="Crop">How the views are drawn; crop and flip in SimCLRv2.</param>
/// <param name="TopK">
/// Number of largest logits stored per view, with the total probability of all others. 0, the default, stores all of them, as in SimCLRv2.
/// With 1,000 classes, 10 logits take less than a fiftieth of the space.
/// </param>
public sealed record LabelOptions(int ViewsPerImage, CropOptions Crop, int TopK)
{
    public static LabelOptions Read(JsonSection section) => new(
        section.Integer(
            "viewsPerImage", 4, 1, 1024,
            "Augmented views stored per image. With 1, a student sees the same crop in every epoch."),
        CropOptions.Read(
            section.Section(
                "crop",
                "Random resized crop of the stored views. A teacher labels crops badly that are smaller than those it learned from."),
            defaultArea: 0.08),
        section.Integer("topK", 0, help: "Number of largest logits stored per view, with the log-sum-exp of the others. 0 stores all."));

    /// <summary>Adapts the options to a dataset: <see cref="TopK"/> becomes 0 if it is not smaller than the number of classes.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="images">Number of images, all of which get soft targets.</param>
    /// <exception cref="UserException">A student could not shuffle so many views. This is thrown before hours of labeling.</exception>
    public LabelOptions For(int classes, int images) => (long)images * ViewsPerImage <= Array.MaxLength
        ? TopK < classes ? this : this with { TopK = 0 }
        : throw new UserException(FormattableString.Invariant(
            $"label.viewsPerImage: found {ViewsPerImage}, but {images:N0} images would have more than {Array.MaxLength:N0} views"));
}
