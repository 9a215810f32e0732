namespace Tests.Faults;

/// <summary>What goes wrong at an operation.</summary>
/// <param name="Halfway">Whether half of a write is on its way to the disk first.</param>
/// <param name="Strike">Throws, or ends the process.</param>
internal sealed record Fault(bool Halfway, Action Strike);
