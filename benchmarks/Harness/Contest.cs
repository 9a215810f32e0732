namespace Benchmarks.Harness;

/// <summary>Several ways to do the same work, timed in turns.</summary>
/// <param name="Name">Name for <c>--only</c>.</param>
/// <param name="About">What is counted, in a few words.</param>
/// <param name="Candidates">The ways; all others are compared with the first one.</param>
/// <param name="Amount">Work per turn; null to choose a number of steps that fills a turn.</param>
internal sealed record Contest(string Name, string About, IReadOnlyList<Candidate> Candidates, int? Amount = null);

/// <summary>One way to do a contest's work.</summary>
/// <param name="Name">Name in the table.</param>
/// <param name="Turn">Does the given number of steps or images, whatever the contest counts, and returns the time.</param>
internal sealed record Candidate(string Name, Func<int, Reading> Turn);

/// <summary>Measurement of one turn.</summary>
/// <param name="Images">Number of images processed.</param>
/// <param name="Seconds">Wall time.</param>
internal readonly record struct Reading(long Images, double Seconds)
{
    /// <summary>Images per second.</summary>
    public double Rate => Images / Seconds;
}

/// <summary>Result of a candidate.</summary>
/// <param name="Name">Name of the candidate.</param>
/// <param name="Rate">Images per second.</param>
/// <param name="Ratio">Its rate divided by the first candidate's of the same round.</param>
/// <param name="Rounds">Number of rounds timed.</param>
internal sealed record Standing(string Name, Spread Rate, Spread Ratio, int Rounds);
