using Distill.Pipeline.Storage;

namespace Distill.Encoders.Features;

/// <summary>Writes of a cache. A disk that refuses one costs only time, so the run continues and writes no more.</summary>
/// <param name="folder">The folder of the cache, for the message.</param>
/// <param name="warn">Takes one sentence when the disk refuses for the first time.</param>
internal sealed class OptionalWrites(string folder, Action<string> warn)
{
    private bool _isRefused;

    /// <summary>Writes; returns false if the disk refuses or has refused before.</summary>
    public bool Try(Action write)
    {
        if (_isRefused)
        {
            return false;
        }

        try
        {
            write();
            return true;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            _isRefused = true;
            var advice = StorageAdvice.For(refusal) is { } sentence ? $" {sentence}." : "";
            warn($"{folder}: features are not kept any more, and are computed again when they are needed: {refusal.Message}.{advice}");
            return false;
        }
    }
}
