using Benchmarks.Harness;

namespace Tests;

/// <summary>The checkout that the tests run in.</summary>
internal static class Repository
{
    public static readonly string Root = Machine.Repository();
}
