namespace Distill.Datasets.Downloads;

/// <summary>An attempt to download failed for a reason on the way or at the mirror.</summary>
/// <param name="message">What went wrong, without the mirror's name.</param>
/// <param name="retry">Whether the same mirror may do better when asked again.</param>
internal sealed class TransferException(string message, bool retry) : Exception(message)
{
    public bool Retry => retry;
}
