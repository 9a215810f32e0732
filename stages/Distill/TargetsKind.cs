namespace Distill.Distill;

/// <summary>Where a student's soft targets come from.</summary>
public enum TargetsKind
{
    /// <summary>
    /// A stage labels a few views of each image and stores the logits. The teacher does not run while the student learns.
    /// </summary>
    Stored,

    /// <summary>The teacher labels fresh views in every step, as in SimCLRv2.</summary>
    Online,
}
