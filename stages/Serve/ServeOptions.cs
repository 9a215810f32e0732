namespace Distill.Serve;

/// <summary>Where the server listens, and how much it accepts.</summary>
/// <param name="Port">TCP port on 127.0.0.1; 0 for any free one.</param>
/// <param name="MaxMegabytes">Largest image file, in MB of 10^6 bytes.</param>
/// <param name="MaxMegapixels">Largest image, in 10^6 pixels.</param>
/// <param name="MaxImages">Most images of one request.</param>
/// <param name="MaxRequests">Most requests that wait or are computed at once; further ones are refused.</param>
/// <param name="MaxSeconds">Longest time of one request, from its header to its answer.</param>
public sealed record ServeOptions(
    int Port = ServeOptions.DefaultPort, int MaxMegabytes = 20, int MaxMegapixels = 50, int MaxImages = 32, int MaxRequests = 8,
    int MaxSeconds = 60)
{
    /// <summary>The port that is used by default.</summary>
    public const int DefaultPort = 8642;

    /// <summary><see cref="MaxMegabytes"/> in bytes.</summary>
    internal long MaxBytes => MaxMegabytes * 1_000_000L;

    /// <summary><see cref="MaxMegapixels"/> in pixels.</summary>
    internal long MaxPixels => MaxMegapixels * 1_000_000L;
}
