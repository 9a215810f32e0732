namespace Benchmarks.Harness;

/// <summary>One way of doing a contest's work.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Turn">Works on so many steps or images, whatever the contest counts, and says what it took.</param>
internal sealed record Candidate(string Name, Func<int, Reading> Turn);
