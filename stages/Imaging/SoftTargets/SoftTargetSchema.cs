using Parquet.Schema;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// The columns of a file of soft targets. It has one row per view, with the logits as a 3-level LIST, which every Parquet reader supports.
/// If only the k largest are stored, a second LIST holds their classes, and <c>rest</c> the log-sum-exp of the others.
/// </summary>
internal static class SoftTargetSchema
{
    /// <summary>Key of the metadata entry that holds k; files with all logits do not have it.</summary>
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

    /// <summary>Schema of files with all K logits.</summary>
    public static readonly ParquetSchema Whole = new(WholeColumns);

    /// <summary>Schema of files with the k largest logits.</summary>
    public static readonly ParquetSchema TopK = new([.. WholeColumns, new ListField("classes", TopClass), Rest]);
}
