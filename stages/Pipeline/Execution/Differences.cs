using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Pipeline.Execution;

/// <summary>Describes what changed between a stage's entry in the run manifest and the stage as it is now.</summary>
internal static class Differences
{
    /// <summary>Describes changed, added and removed options, each by its dotted path, in ordinal order.</summary>
    public static IEnumerable<string> BetweenOptions(JsonObject before, JsonObject now, string prefix = "")
    {
        foreach (var key in Keys(before.Select(pair => pair.Key), now.Select(pair => pair.Key)))
        {
            var path = prefix + key;
            if (!before.TryGetPropertyValue(key, out var previous))
            {
                yield return $"option {path} was added ({CanonicalJson.Text(now[key])})";
            }
            else if (!now.TryGetPropertyValue(key, out var current))
            {
                yield return $"option {path} was removed ({CanonicalJson.Text(previous)})";
            }
            else if (previous is JsonObject previousObject && current is JsonObject currentObject)
            {
                foreach (var difference in BetweenOptions(previousObject, currentObject, path + "."))
                {
                    yield return difference;
                }
            }
            else if (CanonicalJson.Text(previous) is var from && CanonicalJson.Text(current) is var to && from != to)
            {
                yield return $"option {path} changed from {from} to {to}";
            }
        }
    }

    /// <summary>Describes changed, added and removed inputs. Those in <paramref name="unknown"/> have no hash and are left out.</summary>
    public static IEnumerable<string> BetweenInputs(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now, IReadOnlySet<string> unknown)
    {
        foreach (var artifact in Keys(before.Keys, now.Keys).Where(artifact => !unknown.Contains(artifact)))
        {
            var (previous, current) = (before.GetValueOrDefault(artifact), now.GetValueOrDefault(artifact));
            if (previous != current)
            {
                yield return $"input {artifact} {(previous is null ? "was added" : current is null ? "was removed" : "changed")}";
            }
        }
    }

    private static IOrderedEnumerable<string> Keys(IEnumerable<string> before, IEnumerable<string> now) =>
        before.Union(now).Order(StringComparer.Ordinal);
}
