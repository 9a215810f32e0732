namespace Stages.Pipeline.Plan;

/// <summary>The stages whose work a stage stands on.</summary>
internal static class Lineage
{
    /// <param name="stage">Whose lineage is wanted.</param>
    /// <param name="entries">The lock's entries.</param>
    /// <returns>Those that made its inputs, those that made theirs, and so on, by name.</returns>
    public static IReadOnlyDictionary<string, LockEntry> Of(StageDefinition stage, IReadOnlyDictionary<string, LockEntry> entries)
    {
        var found = new Dictionary<string, LockEntry>();
        Add(stage.Inputs);
        return found;

        void Add(IEnumerable<string> artefacts)
        {
            foreach (var maker in artefacts.Select(InputResolver.Maker))
            {
                if (entries.TryGetValue(maker, out var entry) && found.TryAdd(maker, entry))
                {
                    Add(entry.Inputs.Keys);
                }
            }
        }
    }
}
