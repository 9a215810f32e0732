using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Pipeline.Execution;

/// <summary>Describes what changed between a stage's entry in the run manifest and the stage as it is now.</summary>
internal static class Differences
{
    /// <summary>Longest text of a value; the rest of it is left out.</summary>
    private const int LongestValue = 60;

    /// <summary>
    /// Describes changed, added and removed options, each by its path, in ordinal order. An object in a list is told by its name, or else
    /// by its place.
    /// </summary>
    public static IEnumerable<string> BetweenOptions(JsonObject before, JsonObject now) =>
        Between("", Members(before), Members(now));

    /// <summary>
    /// Describes changed, added and removed inputs. Those in <paramref name="unknown"/> have no hash and are left out. If options that are
    /// part of an input's hash changed, they are the change.
    /// </summary>
    public static IEnumerable<string> BetweenInputs(LockEntry before, StageInputs now, IReadOnlySet<string> unknown)
    {
        foreach (var artifact in Keys(before.Inputs.Keys, now.Hashes.Keys).Where(artifact => !unknown.Contains(artifact)))
        {
            var (previous, current) = (before.Inputs.GetValueOrDefault(artifact), now.Hashes.GetValueOrDefault(artifact));
            if (previous == current)
            {
                continue;
            }

            var (was, given) = (before.InputOptions?.GetValueOrDefault(artifact), now.Options.GetValueOrDefault(artifact));
            string[] options = was is null || given is null
                ? []
                : [.. BetweenOptions(CanonicalJson.Of(was), CanonicalJson.Of(given))];
            foreach (var option in options)
            {
                yield return option;
            }

            if (options.Length == 0)
            {
                yield return $"input {artifact} {(previous is null ? "was added" : current is null ? "was removed" : "changed")}";
            }
        }
    }

    private static IEnumerable<string> Between(string path, Dictionary<string, JsonNode?> before, Dictionary<string, JsonNode?> now) =>
        Keys(before.Keys, now.Keys).SelectMany(key => !before.TryGetValue(key, out var previous)
            ? [$"option {Join(path, key)} was added{InParentheses(now[key])}"]
            : !now.TryGetValue(key, out var current)
            ? [$"option {Join(path, key)} was removed{InParentheses(previous)}"]
            : Between(Join(path, key), previous, current));

    private static IEnumerable<string> Between(string path, JsonNode? before, JsonNode? now)
    {
        if (CanonicalJson.Text(before) == CanonicalJson.Text(now))
        {
            return [];
        }

        if (before is JsonObject previous && now is JsonObject current && (!path.EndsWith(']') || HaveTheSameMembers(previous, current)))
        {
            return Between(path, Members(previous), Members(current));
        }

        if (IsListOfObjects(before) && IsListOfObjects(now))
        {
            var byName = HasNames(before!.AsArray()) && HasNames(now!.AsArray());
            return Between(path, Elements(before.AsArray(), byName), Elements(now!.AsArray(), byName))
                .DefaultIfEmpty($"option {path} is in another order");
        }

        var (from, to) = (Shown(before), Shown(now));
        return [from == to ? $"option {path} changed" : $"option {path} changed from {from} to {to}"];
    }

    /// <summary>Whether two objects at the same place of a list are of one kind, such as two crops.</summary>
    private static bool HaveTheSameMembers(JsonObject one, JsonObject other) =>
        one.Count == other.Count && one.All(pair => other.ContainsKey(pair.Key));

    private static Dictionary<string, JsonNode?> Members(JsonObject node) => node.ToDictionary(pair => pair.Key, pair => pair.Value);

    private static Dictionary<string, JsonNode?> Elements(JsonArray list, bool byName) => list
        .Select((element, place) => (Key: byName ? NameOf(element)! : $"[{place}]", element))
        .ToDictionary(pair => pair.Key, pair => pair.element);

    private static bool IsListOfObjects(JsonNode? node) => node is JsonArray list && list.All(element => element is JsonObject);

    private static bool HasNames(JsonArray list) =>
        list.Select(NameOf).Distinct(StringComparer.Ordinal).Count(name => name is not null) == list.Count;

    private static string? NameOf(JsonNode? element) =>
        element!["name"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : null;

    private static string Join(string path, string key) => path.Length == 0 || key.StartsWith('[') ? path + key : $"{path}.{key}";

    private static string InParentheses(JsonNode? value) =>
        CanonicalJson.Text(value) is { Length: <= LongestValue } text ? $" ({text})" : "";

    private static string Shown(JsonNode? value) =>
        CanonicalJson.Text(value) is { Length: > LongestValue } text ? text[..LongestValue] + "…" : CanonicalJson.Text(value);

    private static IOrderedEnumerable<string> Keys(IEnumerable<string> before, IEnumerable<string> now) =>
        before.Union(now).Order(StringComparer.Ordinal);
}
