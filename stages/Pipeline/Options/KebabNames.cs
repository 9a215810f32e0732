using System.Text.Json;

namespace Distill.Pipeline.Options;

/// <summary>The names of an enum's values as JSON writes them: <c>SoftTargets</c> is "soft-targets".</summary>
internal static class KebabNames
{
    public static string Of<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static IReadOnlyDictionary<string, T> All<T>() where T : struct, Enum =>
        Enum.GetValues<T>().ToDictionary(Of, StringComparer.Ordinal);
}
