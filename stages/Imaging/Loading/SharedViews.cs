using Distill.Learning.Training;

namespace Distill.Imaging.Loading;

/// <summary>The share of a step's views that one rank trains on.</summary>
/// <param name="Batch">The views of the share.</param>
/// <param name="BatchRows">Number of views of the whole step.</param>
/// <param name="Share">Which of them are in the share.</param>
internal sealed record SharedViews(ViewBatch Batch, long BatchRows, BatchShare Share)
{
    public static SharedViews Of(ViewBatch whole, BatchShare share)
    {
        var rows = whole.Views.Count;
        var batch = share.Ranks == 1 ? whole : whole.Part((int)share.First(rows), (int)share.Rows(rows));
        return new SharedViews(batch, rows, share);
    }
}
