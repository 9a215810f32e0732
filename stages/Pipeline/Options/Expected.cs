using System.Globalization;

namespace Distill.Pipeline.Options;

/// <summary>Words with which messages state the allowed values.</summary>
internal static class Expected
{
    public static string Integer(int min, int max) =>
        "an integer" + Bounds(min == int.MinValue ? null : min, max == int.MaxValue ? null : max);

    public static string Number(double min, double max) =>
        "a number" + Bounds(min == double.MinValue ? null : min, max == double.MaxValue ? null : max);

    public static string Range(double min, double max) =>
        $"a list of two numbers, the lower one first, each {Number(min, max)}";

    public static string OneOf(IEnumerable<string> names) => $"one of {string.Join(", ", names.Select(name => $"\"{name}\""))}";

    private static string Bounds(double? min, double? max) => (min, max) switch
    {
        (null, null) => "",
        (not null, null) => $" of at least {Plain(min.Value)}",
        (null, not null) => $" of at most {Plain(max.Value)}",
        _ => $" from {Plain(min.Value)} to {Plain(max.Value)}",
    };

    private static string Plain(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
