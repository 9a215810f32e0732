using Stages.Imaging.Augmentation;
using Stages.Pipeline.Options;

namespace Stages.Label;

/// <summary>Labelling as pipeline.json describes it.</summary>
/// <param name="Views">
/// Stored views an image. With one, every epoch shows the student the same crops; several keep the method's variety without a
/// teacher in the loop (as FKD does, 2112.01528).
/// </param>
/// <param name="Crop">How the views are drawn; crop and flip in SimCLRv2.</param>
public sealed record LabellingOptions(int Views, CropOptions Crop)
{
    public static LabellingOptions Read(JsonSection section) => new(
        section.Integer("views", 4, 1, 64),
        CropOptions.Read(section.Section("crop"), defaultArea: 0.08));
}
