namespace Distill.Learning.Optimizers;

/// <summary>The optimizers that pipeline.json may name.</summary>
public enum OptimizerKind
{
    AdamW,
    Sgd,
    Lars,
}
