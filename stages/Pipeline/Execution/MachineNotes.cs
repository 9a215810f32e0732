namespace Distill.Pipeline.Execution;

/// <summary>
/// Notes that results may differ in the last digits, because a stage continues on another machine than it started on, or has inputs from
/// another one.
/// </summary>
/// <param name="machine">Machine and precision of this run; null if unknown.</param>
internal sealed class MachineNotes(string? machine)
{
    private const string MayDiffer = "its results may differ in the last digits from a run on one machine";

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Returns the note about a stage that starts; null for none. Another machine of inputs is told once.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="key">Its present key.</param>
    /// <param name="entries">The entries of all stages so far.</param>
    public string? Of(StageDefinition stage, string key, IReadOnlyDictionary<string, LockEntry> entries)
    {
        if (machine is null)
        {
            return null;
        }

        if (entries.GetValueOrDefault(stage.Name) is { Machines: { Count: > 0 } earlier } before && before.Key == key
            && !earlier.Contains(machine))
        {
            return $"started on {Quoted(earlier)} and continued on \"{machine}\": {MayDiffer}";
        }

        string[] others =
        [
            .. stage.Inputs
                .Select(input => entries.GetValueOrDefault(input.Stage)?.Machines ?? [])
                .Where(machines => !machines.Contains(machine))
                .SelectMany(machines => machines)
                .Where(_told.Add),
        ];
        return others.Length > 0 ? $"runs on \"{machine}\" with inputs from {Quoted(others)}: {MayDiffer}" : null;
    }

    private static string Quoted(IEnumerable<string> machines) => $"\"{string.Join("\" and \"", machines)}\"";
}
