using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Pipeline.Execution;

/// <summary>Says in words what changed between the run that the lock remembers and the one that is asked for.</summary>
internal static class Differences
{
    /// <summary>Changed, new and removed options, each by its dotted path, in ordinal order.</summary>
    public static IEnumerable<string> OfOptions(JsonObject before, JsonObject now, string prefix = "")
    {
        foreach (var key in Keys(before.Select(pair => pair.Key), now.Select(pair => pair.Key)))
        {
            var path = prefix + key;
            if (!before.TryGetPropertyValue(key, out var old))
            {
                yield return $"option {path} was added ({CanonicalJson.Text(now[key])})";
            }
            else if (!now.TryGetPropertyValue(key, out var young))
            {
                yield return $"option {path} was removed ({CanonicalJson.Text(old)})";
            }
            else if (old is JsonObject oldObject && young is JsonObject youngObject)
            {
                foreach (var difference in OfOptions(oldObject, youngObject, path + "."))
                {
                    yield return difference;
                }
            }
            else if (CanonicalJson.Text(old) is var from && CanonicalJson.Text(young) is var to && from != to)
            {
                yield return $"option {path} changed from {from} to {to}";
            }
        }
    }

    /// <summary>Changed, new and removed inputs. Those in <paramref name="unknown"/> have no hash yet and are not compared.</summary>
    public static IEnumerable<string> OfInputs(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now, IReadOnlySet<string> unknown)
    {
        foreach (var artifact in Keys(before.Keys, now.Keys).Where(artifact => !unknown.Contains(artifact)))
        {
            var (old, young) = (before.GetValueOrDefault(artifact), now.GetValueOrDefault(artifact));
            if (old != young)
            {
                yield return $"input {artifact} {(old is null ? "was added" : young is null ? "was removed" : "changed")}";
            }
        }
    }

    private static IOrderedEnumerable<string> Keys(IEnumerable<string> before, IEnumerable<string> now) =>
        before.Union(now).Order(StringComparer.Ordinal);
}
