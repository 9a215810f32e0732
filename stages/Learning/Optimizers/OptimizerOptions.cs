using Distill.Pipeline.Options;

namespace Distill.Learning.Optimizers;

/// <summary>The options of an optimizer and its schedule in pipeline.json.</summary>
/// <param name="Kind">
/// The optimizer. SimCLRv2 uses LARS for all training; with batches of some hundred images, AdamW needs far fewer steps.
/// </param>
/// <param name="LearningRate">Peak learning rate, reached after the warm-up.</param>
/// <param name="WeightDecay">Weight decay of matrices and kernels. Batch norms and biases have none.</param>
/// <param name="Momentum">Momentum of SGD and LARS.</param>
/// <param name="WarmupFraction">Fraction of the steps in which the rate climbs from 0; 0.05 in SimCLRv2.</param>
public sealed record OptimizerOptions(OptimizerKind Kind, double LearningRate, double WeightDecay, double Momentum, double WarmupFraction)
{
    /// <summary>AdamW with a peak rate of 0.001, and with SimCLRv2's warm-up of 5 % and weight decay of 0.0001.</summary>
    public static readonly OptimizerOptions Default = new(OptimizerKind.AdamW, 1e-3, 1e-4, 0.9, 0.05);

    private static readonly Dictionary<string, OptimizerKind> Names = new()
    {
        ["adamw"] = OptimizerKind.AdamW,
        ["sgd"] = OptimizerKind.Sgd,
        ["lars"] = OptimizerKind.Lars,
    };

    /// <summary>β₁ of AdamW, whose β₂ is 0.999. Networks that train against each other have a smaller one.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Reads the <c>optimizer</c> block. An absent key has its value in <paramref name="defaults"/>.</summary>
    public static OptimizerOptions Read(JsonSection section, OptimizerOptions defaults) => new(
        section.Choice("kind", Names.First(n => n.Value == defaults.Kind).Key, Names, "Optimizer."),
        section.Number("learningRate", defaults.LearningRate, 0, 1000, "Peak learning rate, for the whole batch."),
        section.Number(
            "weightDecay", defaults.WeightDecay, 0, 10,
            "Weight decay of matrices and kernels; biases and batch norms have none."),
        section.Number("momentum", defaults.Momentum, 0, 0.9999, "Momentum of sgd and lars. adamw has β of 0.9 and 0.999."),
        section.Number(
            "warmupFraction", defaults.WarmupFraction, 0, 0.9,
            "Fraction of the steps in which the rate rises linearly; a cosine to 0 follows."));

    /// <summary>The learning rate of step <paramref name="step"/> (from 0) of <paramref name="steps"/>.</summary>
    public double Rate(long step, long steps) =>
        Schedule.WarmupCosine(step, steps, (long)Math.Round(WarmupFraction * steps), LearningRate);
}
