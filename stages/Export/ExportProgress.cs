using Distill.Pipeline.Execution;

namespace Distill.Export;

/// <summary>Reports how many images the networks have processed, and stops between two batches on request.</summary>
/// <param name="context">The running stage.</param>
/// <param name="total">Number of images in all passes of all networks, if no format is skipped.</param>
internal sealed class ExportProgress(StageContext context, long total)
{
    private long _total = total;
    private long _done;

    /// <summary>Adds processed images.</summary>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    public void Add(long images)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        _done += images;
        context.Progress.Report(_done, _total);
    }

    /// <summary>Corrects the total when it is known which formats were skipped.</summary>
    /// <param name="images">Number of images still to process.</param>
    public void SetRemaining(long images) => _total = _done + images;
}
