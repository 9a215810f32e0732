namespace Distill.Distill;

/// <summary>On which images a student learns its teacher's soft targets (the ablation of SimCLRv2's section 3.3).</summary>
public enum DistilledImages
{
    /// <summary>On every training image.</summary>
    All,

    /// <summary>On those with a label, which the teacher has seen with it.</summary>
    Labeled,

    /// <summary>On those without.</summary>
    Unlabeled,
}
