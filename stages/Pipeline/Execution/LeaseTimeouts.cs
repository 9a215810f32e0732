namespace Distill.Pipeline.Execution;

/// <summary>How the holder of a pipeline shows that it lives.</summary>
/// <param name="Heartbeat">Between two signs of life.</param>
/// <param name="Wait">How long another machine waits for one; some beats, as network file systems show changes late.</param>
internal sealed record LeaseTimeouts(TimeSpan Heartbeat, TimeSpan Wait)
{
    public static readonly LeaseTimeouts Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(40));
}
