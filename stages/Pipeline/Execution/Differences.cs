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

    private static IOrderedEnumerable<string> Keys(IEnumerable<string> before, IEnumerable<string> now) =>
        before.Union(now).Order(StringComparer.Ordinal);
}
