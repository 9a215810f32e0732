namespace Distill.Report;

/// <summary>What a report tells of.</summary>
/// <param name="Student">The published row's name.</param>
/// <param name="Results">The artifact with the table.</param>
/// <param name="Details">The artifact with confusion matrices and reliability diagrams.</param>
/// <param name="Variants">The artifact with the student's forms.</param>
/// <param name="SoftTargets">The artifact that the last student learned from; null where there is none.</param>
public sealed record ReportInputs(string Student, string Results, string Details, string Variants, string? SoftTargets);
