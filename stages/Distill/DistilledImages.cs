namespace Distill.Distill;

/// <summary>Which images' soft targets a student is trained on (an ablation in SimCLRv2, section 3.3).</summary>
public enum DistilledImages
{
    /// <summary>All training images.</summary>
    All,

    /// <summary>The labeled images, which the teacher was trained on.</summary>
    Labeled,

    /// <summary>The unlabeled images.</summary>
    Unlabeled,
}
