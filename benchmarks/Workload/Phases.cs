namespace Benchmarks.Workload;

/// <summary>Seconds that each part of a training step took.</summary>
/// <param name="Data">Making the views.</param>
/// <param name="Forward">Forward pass and loss.</param>
/// <param name="Backward">Backward pass.</param>
/// <param name="Optimizer">Optimizer step, and clearing the gradients.</param>
internal readonly record struct Phases(double Data, double Forward, double Backward, double Optimizer)
{
    public double Total => Data + Forward + Backward + Optimizer;
}
