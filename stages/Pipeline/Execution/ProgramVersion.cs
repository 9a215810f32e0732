using System.Reflection;

namespace Distill.Pipeline.Execution;

/// <summary>Version of this program.</summary>
/// <param name="Version">Release, such as 0.1.0.</param>
/// <param name="Commit">Git commit of the build; null if it was built outside a checkout.</param>
public sealed record ProgramVersion(string Version, string? Commit)
{
    /// <summary>Version of the running program. The .NET SDK writes version and commit into every assembly.</summary>
    public static ProgramVersion Current { get; } = Parse(
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    /// <summary>Splits 0.1.0+ffe54c8 into version and commit (Semantic Versioning's build metadata).</summary>
    public static ProgramVersion Parse(string informational) => informational.Split('+', 2) switch
    {
        [var version, { Length: > 0 } commit] => new ProgramVersion(version, commit),
        [var version, ..] => new ProgramVersion(version, null),
        [] => new ProgramVersion(informational, null),
    };
}
