namespace Distill.Datasets.Downloads;

/// <summary>Retries and timeouts of a download, for each mirror.</summary>
public sealed record DownloadOptions
{
    /// <summary>Number of retries after the first failure.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Delay before the first retry. Each further retry doubles it, with jitter.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Maximum delay.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An attempt ends if no byte arrives for this long. A slow but steady one may take as long as it needs.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
