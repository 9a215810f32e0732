namespace Distill.Learning.Onnx;

/// <summary>The range of a value in a graph; what lies outside is clipped.</summary>
public readonly record struct ValueRange(float Low, float High)
{
    /// <summary>The smallest range that also contains zero. Padding is zero, so zero must have its own level.</summary>
    public ValueRange WithZero() => new(MathF.Min(Low, 0), MathF.Max(High, 0));
}
