namespace Distill.Pipeline.Execution;

/// <summary>Finds all stages that an artifact depends on.</summary>
public static class Lineage
{
    /// <summary>Finds the stages that made these artifacts, the stages that made their inputs, and so on.</summary>
    /// <param name="inputs">The artifacts.</param>
    /// <param name="entries">Entries of the run manifest, by stage.</param>
    /// <returns>The entries found, by stage; each comes after the stages that it depends on.</returns>
    public static IReadOnlyDictionary<string, LockEntry> Of(IEnumerable<Artifact> inputs, IReadOnlyDictionary<string, LockEntry> entries)
    {
        var found = new Dictionary<string, LockEntry>();
        Add(inputs);
        return found;

        void Add(IEnumerable<Artifact> artifacts)
        {
            foreach (var maker in artifacts.Select(artifact => artifact.Stage))
            {
                if (entries.TryGetValue(maker, out var entry) && !found.ContainsKey(maker))
                {
                    Add(entry.Inputs.Keys.Select(Artifact.Parse));
                    found.Add(maker, entry);
                }
            }
        }
    }
}
