using Parquet.Schema;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// The columns of a soft-target file: a row a view, logits as a 3-level LIST, which every Parquet reader knows. Where only the
/// k largest are stored, their class numbers stand beside them in a second LIST, and what the others come to in <c>rest</c>.
/// </summary>
internal static class SoftTargetSchema
{
    /// <summary>The metadata entry that says k; a file of whole rows has none.</summary>
    public const string TopKEntry = "topK";

    public static readonly DataField<int> Image = new("image");
    public static readonly DataField<int> View = new("view");
    public static readonly DataField<float> Top = new("crop_top");
    public static readonly DataField<float> Left = new("crop_left");
    public static readonly DataField<float> Height = new("crop_height");
    public static readonly DataField<float> Width = new("crop_width");
    public static readonly DataField<bool> Flipped = new("flipped");
    public static readonly DataField<float> Logit = new("element");
    public static readonly DataField<int> TopClass = new("element");
    public static readonly DataField<float> Rest = new("rest");

    private static readonly Field[] WholeColumns =
        [Image, View, Top, Left, Height, Width, Flipped, new ListField("logits", Logit)];

    /// <summary>All K logits.</summary>
    public static readonly ParquetSchema Whole = new(WholeColumns);

    /// <summary>The k largest.</summary>
    public static readonly ParquetSchema TopK = new([.. WholeColumns, new ListField("classes", TopClass), Rest]);
}
