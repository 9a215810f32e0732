namespace Distill.Learning.Onnx;

/// <summary>An option of a node (an attribute, in ONNX's words): a whole number or several.</summary>
/// <param name="Name">As ONNX's operators call it.</param>
/// <param name="Number">Null where there are several.</param>
/// <param name="Numbers">Null where there is one.</param>
public sealed record OnnxAttribute(string Name, long? Number, IReadOnlyList<long>? Numbers)
{
    public static OnnxAttribute Of(string name, long value) => new(name, value, null);

    public static OnnxAttribute Of(string name, params IReadOnlyList<long> values) => new(name, null, values);
}
