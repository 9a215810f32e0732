using Distill.Imaging.SoftTargets;

namespace Distill.Cli.Capacity;

/// <summary>What a stage that labels needs.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Views">Number of stored views.</param>
/// <param name="TopK">Logits per view; 0 for all.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="ViewSeconds">Seconds of the teacher per view; null if it was not measured.</param>
internal sealed record LabelCapacity(string Stage, long Views, int TopK, int Classes, double? ViewSeconds)
{
    // Number of the image and the view, the four numbers of a crop, and whether it is flipped.
    private const int PlaceBytes = 4 + 4 + 16 + 1;

    /// <summary>Bytes of a view: k logits, their classes and the rest, or all logits.</summary>
    public long BytesPerView => PlaceBytes + (TopK > 0 ? 8 * TopK + 4 : 4L * Classes);

    /// <summary>Bytes of the soft targets on the disk.</summary>
    public long DiskBytes => Views * BytesPerView;

    /// <summary>Bytes of the rows that a student reads them from, on the disk while it trains.</summary>
    public long RowBytes => Views * SoftTargetRowFile.BytesPerRow(Classes, TopK);

    /// <summary>Seconds of the whole stage; null if the teacher was not measured.</summary>
    public double? Seconds => ViewSeconds * Views;
}
