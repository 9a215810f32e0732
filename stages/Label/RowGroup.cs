using Distill.Imaging.SoftTargets;

namespace Distill.Label;

/// <summary>A part of a shard, as much as is in memory at a time.</summary>
/// <param name="Images">Whose rows.</param>
/// <param name="Rows">All views of all these images.</param>
internal sealed record RowGroup(ImageRange Images, IReadOnlyList<SoftTargetRow> Rows);
