namespace Stages.Learning.Optimizers;

/// <summary>Where one parameter lies in <see cref="FlatParameters"/>.</summary>
/// <param name="Name">Its key in the network.</param>
/// <param name="Offset">First element.</param>
/// <param name="Length">Number of elements.</param>
/// <param name="Decays">Whether weight decay (and LARS's adaptation) applies: matrices and kernels, not batch norms and biases.</param>
public sealed record ParameterSlice(string Name, long Offset, long Length, bool Decays);
