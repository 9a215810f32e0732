namespace Distill.Learning.Onnx;

/// <summary>An operation of a graph.</summary>
/// <param name="Operator">As ONNX calls it, such as <c>Conv</c>.</param>
/// <param name="Name">Of its own in the graph.</param>
/// <param name="Inputs">Names of values: of other nodes, of constants or of the graph's input.</param>
/// <param name="Outputs">Names of the values that it makes.</param>
/// <param name="Options">Its attributes.</param>
public sealed record OnnxNode(
    string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxAttribute> Options);
