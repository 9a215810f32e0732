namespace Distill.Learning.Onnx;

/// <summary>What a value of a graph may be before it is clipped.</summary>
public readonly record struct ValueRange(float Low, float High)
{
    /// <summary>Zero must have a level of its own: padding is made of it.</summary>
    public ValueRange WithZero() => new(MathF.Min(Low, 0), MathF.Max(High, 0));
}
