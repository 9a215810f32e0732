using System.Text.Json;

namespace Distill.Pipeline.Options;

/// <summary>Names of an enum's values in JSON: <c>SoftTargets</c> is "soft-targets".</summary>
internal static class KebabNames
{
    public static string Of<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static IReadOnlyDictionary<string, T> All<T>() where T : struct, Enum =>
        Enum.GetValues<T>().ToDictionary(Of, StringComparer.Ordinal);
}
