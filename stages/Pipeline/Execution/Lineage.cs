namespace Distill.Pipeline.Execution;

/// <summary>Finds all stages that an artifact depends on.</summary>
public static class Lineage
{
    /// <summary>Finds the stages that made these artifacts, the stages that made their inputs, and so on.</summary>
    /// <param name="inputs">Artifacts, such as "pretrain/weights.safetensors".</param>
    /// <param name="entries">Entries of the run manifest, by stage.</param>
    /// <returns>The entries found, by stage; each comes after the stages that it depends on.</returns>
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
