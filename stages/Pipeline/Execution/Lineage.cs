namespace Distill.Pipeline.Execution;

/// <summary>The stages whose work a stage stands on.</summary>
public static class Lineage
{
    /// <param name="inputs">Artifacts.</param>
    /// <param name="entries">The lock's entries.</param>
    /// <returns>The stages that made them, those that made what these read, and so on, by name; each after those that it stands on.</returns>
    public static IReadOnlyDictionary<string, LockEntry> Of(IEnumerable<string> inputs, IReadOnlyDictionary<string, LockEntry> entries)
    {
        var found = new Dictionary<string, LockEntry>();
        Add(inputs);
        return found;

        void Add(IEnumerable<string> artifacts)
        {
            foreach (var maker in artifacts.Select(InputResolver.Maker))
            {
                if (entries.TryGetValue(maker, out var entry) && !found.ContainsKey(maker))
                {
                    Add(entry.Inputs.Keys);
                    found.Add(maker, entry);
                }
            }
        }
    }
}
