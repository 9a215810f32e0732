using System.Reflection;

namespace Distill.Pipeline.Execution;

/// <summary>Which program this is.</summary>
/// <param name="Version">Such as 0.1.0.</param>
/// <param name="Commit">The git commit that it was built from; null where it was built outside a checkout.</param>
public sealed record ProgramVersion(string Version, string? Commit)
{
    /// <summary>The running program. The .NET SDK writes version and commit into every assembly that it builds.</summary>
    public static ProgramVersion Current { get; } = Parse(
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    /// <summary>0.1.0+ffe54c8 → version and commit (Semantic Versioning's build metadata).</summary>
    public static ProgramVersion Parse(string informational) => informational.Split('+', 2) switch
    {
        [var version, { Length: > 0 } commit] => new ProgramVersion(version, commit),
        [var version, ..] => new ProgramVersion(version, null),
        [] => new ProgramVersion(informational, null),
    };
}
