namespace Benchmarks.Harness;

/// <summary>Ways of doing the same work, timed in turns.</summary>
/// <param name="Name">For <c>--only</c>.</param>
/// <param name="About">What is counted, in a few words.</param>
/// <param name="Contestants">The first is what the others are compared with.</param>
/// <param name="Amount">Work of a turn; null to choose a number of steps that takes about the time of a turn.</param>
internal sealed record Contest(string Name, string About, IReadOnlyList<Candidate> Contestants, int? Amount = null);
