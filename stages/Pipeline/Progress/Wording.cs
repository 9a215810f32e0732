using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Progress;

/// <summary>Texts for times, measurements and stages, shared by all views.</summary>
public static class Wording
{
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => Invariant($"{time.Seconds} s"),
        { TotalMinutes: < 60 } => Invariant($"{time.Minutes} min {time.Seconds:00} s"),
        { TotalHours: < 24 } => Invariant($"{time.Hours} h {time.Minutes:00} min"),
        _ => Invariant($"{time.Days} d {time.Hours:00} h"),
    };

    public static string Begin(string stage, int index, int count, string? resumedFrom) =>
        Invariant($"[{index}/{count}] {stage}: ") + (resumedFrom is null ? "starts" : $"resumes from {resumedFrom}");

    public static string Skip(string stage) => $"{stage}: already done";

    public static string End(string stage, TimeSpan elapsed, JsonObject metrics)
    {
        var measured = string.Join(", ", metrics.Select(pair => $"{pair.Key} {Metric(pair.Value)}"));
        return $"{stage}: done in {Duration(elapsed)}{(measured.Length == 0 ? "" : $" ({measured})")}";
    }

    private static string Metric(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number
        ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture).ToString("0.####", CultureInfo.InvariantCulture)
        : value?.ToString() ?? "none";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
