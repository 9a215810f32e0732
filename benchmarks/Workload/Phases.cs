namespace Benchmarks.Workload;

/// <summary>Seconds that a training step spent, by what it did.</summary>
/// <param name="Data">Making the views.</param>
/// <param name="Forward">The network's forward pass and the loss.</param>
/// <param name="Backward">Gradients.</param>
/// <param name="Optimizer">The optimizer's step, and clearing the gradients.</param>
internal readonly record struct Phases(double Data, double Forward, double Backward, double Optimizer)
{
    public double Total => Data + Forward + Backward + Optimizer;
}
