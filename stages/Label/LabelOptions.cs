using Distill.Imaging.Augmentation;
using Distill.Imaging.SoftTargets;
using Distill.Pipeline.Options;

namespace Distill.Label;

/// <summary>Labeling as pipeline.json describes it.</summary>
/// <param name="Views">
/// Stored views an image. With one, every epoch shows the student the same crops; several keep the method's variety without a
/// teacher in the loop (as FKD does, 2112.01528).
/// </param>
/// <param name="Crop">How the views are drawn; crop and flip in SimCLRv2.</param>
/// <param name="TopK">
/// How many of the largest logits a view are stored, with what all others come to; 0, the default, for all of them, as in
/// SimCLRv2. For data of many classes: 10 of 1,000 take less than a fiftieth of the room. As many as there are classes, or more,
/// are all of them.
/// </param>
public sealed record LabelOptions(int Views, CropOptions Crop, int TopK)
{
    public static LabelOptions Read(JsonSection section) => new(
        section.Integer("viewsPerImage", 4, 1, 64, "Augmented views stored per image. With 1, a student sees the same crop in every epoch."),
        CropOptions.Read(section.Section("crop", "Random resized crop of the stored views."), defaultArea: 0.08),
        section.Integer("topK", 0, help: "Number of largest logits stored per view, with the log-sum-exp of the others. 0 stores all."));

    /// <summary>The same for data of <paramref name="classes"/> classes, <see cref="TopK"/> being 0 or less than these.</summary>
    /// <param name="classes">How many the data have.</param>
    /// <param name="images">All of which are labeled.</param>
    /// <exception cref="UserException">These would be more logits than a student can read: better said before days of labeling.</exception>
    public LabelOptions For(int classes, int images)
    {
        var whole = TopK < classes ? this : this with { TopK = 0 };
        var width = whole.TopK > 0 ? whole.TopK : classes;
        return SoftTargetTable.Holds((long)images * Views, width)
            ? whole
            : throw new UserException(
                $"label.topK is {TopK}: {Views} views of {images} images with {width} logits each exceed the maximum of one table; use a smaller topK (such as 20) or fewer views");
    }
}
