using Distill.Pipeline.Execution;

namespace Distill.Export;

/// <summary>Shows how many images were looked at, by whichever form, and stops between two batches where that is wanted.</summary>
/// <param name="context">Shows it, and says whether to stop.</param>
/// <param name="testImages">How many the test split has.</param>
internal sealed class ExportProgress(StageContext context, int testImages)
{
    // The network itself and three forms look at the test split, two passes at the calibration images, and the rules and checks some more at others.
    private readonly long _total = (4L * testImages) + (20 * CalibrationImages.Most);
    private long _done;

    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    public void Add(long images)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        _done += images;
        context.Progress.Report(Math.Min(_done, _total), _total);
    }
}
