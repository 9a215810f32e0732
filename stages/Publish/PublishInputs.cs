namespace Distill.Publish;

/// <summary>What is published.</summary>
/// <param name="Weights">The artifact with the student's weights.</param>
/// <param name="Results">The artifact with the results table.</param>
/// <param name="Variants">The artifact with the student's forms in ONNX.</param>
/// <param name="Temperature">The artifact with the temperature of probabilities; null for none.</param>
public sealed record PublishInputs(string Weights, string Results, string Variants, string? Temperature);
