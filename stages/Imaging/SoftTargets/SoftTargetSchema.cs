using Parquet.Schema;

namespace Stages.Imaging.SoftTargets;

/// <summary>The columns of a soft-target file: a row a view, logits as a 3-level LIST, which every Parquet reader knows.</summary>
internal static class SoftTargetSchema
{
    public static readonly DataField<int> Image = new("image");
    public static readonly DataField<int> View = new("view");
    public static readonly DataField<float> Top = new("crop_top");
    public static readonly DataField<float> Left = new("crop_left");
    public static readonly DataField<float> Height = new("crop_height");
    public static readonly DataField<float> Width = new("crop_width");
    public static readonly DataField<bool> Flipped = new("flipped");
    public static readonly DataField<float> Logit = new("element");

    public static readonly ParquetSchema Schema =
        new(Image, View, Top, Left, Height, Width, Flipped, new ListField("logits", Logit));
}
