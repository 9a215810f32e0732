using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Tests.SlowestFirst", "Tests")]

namespace Tests;

/// <summary>Starts the slowest test classes first, so that no long test is left to run alone at the end.</summary>
public sealed class SlowestFirst : ITestCollectionOrderer
{
    // Crash tests take a minute each, tests that start the program several seconds.
    private static readonly string[] Slowest = ["Tests.Crashes.", "Tests.Faults.", "Tests.Cli."];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Rank(collection.DisplayName));

    private static int Rank(string name)
    {
        var rank = Array.FindIndex(Slowest, part => name.Contains(part, StringComparison.Ordinal));
        return rank < 0 ? Slowest.Length : rank;
    }
}
