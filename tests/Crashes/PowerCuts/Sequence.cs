namespace Tests.Crashes.PowerCuts;

/// <summary>A sequence of saves, and the reader that opens what a power cut leaves of it.</summary>
/// <param name="Saves">The saves, in order. Each may be repeated.</param>
/// <param name="Check">
/// Opens a folder by the program's own reader. It asserts that the results of the first saves, as many as its second argument tells, are
/// there, that nothing else is read but what the save after them wrote, and that nothing is called damaged.
/// </param>
internal sealed record Sequence(IReadOnlyList<Action<string>> Saves, Action<string, int> Check);
