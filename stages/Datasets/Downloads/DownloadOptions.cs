namespace Distill.Datasets.Downloads;

/// <summary>How patient a download is with each mirror.</summary>
public sealed record DownloadOptions
{
    /// <summary>How often a mirror is asked again after its first failure.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>The wait before the first retry; each further one doubles it, with jitter.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No wait is longer than this.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An attempt ends when no byte arrived for this long. A slow but steady one may take as long as it needs.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
