using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

// The view form of ColorBatch: changes that VectorRow applies to eight values or pixels at a time.

/// <summary>A change of single values.</summary>
internal interface IPixelChange
{
    Vector256<float> Apply(Vector256<float> x);
}

/// <summary>A change of pixels with three channels.</summary>
internal interface IColorChange
{
    void Apply(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue);
}

/// <summary>Contrast: mean + (x − mean) · factor, clipped. With mean 0 it changes the brightness.</summary>
internal readonly struct ContrastChange(float mean, float factor) : IPixelChange
{
    public Vector256<float> Apply(Vector256<float> x)
    {
        var center = Vector256.Create(mean);
        return VectorRow.Clip((x - center) * factor + center);
    }
}

/// <summary>Saturation: gray + (x − gray) · factor, clipped, where gray is the pixel's own.</summary>
internal readonly struct SaturationChange(float factor) : IColorChange
{
    public void Apply(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue)
    {
        var gray = VectorRow.Gray(red, green, blue);
        red = VectorRow.Clip((red - gray) * factor + gray);
        green = VectorRow.Clip((green - gray) * factor + gray);
        blue = VectorRow.Clip((blue - gray) * factor + gray);
    }
}

/// <summary>Rotation of the hue, in the closed form that <see cref="ColorBatch.Hue"/> explains.</summary>
/// <param name="turn">Angle in full turns.</param>
internal readonly struct HueChange(float turn) : IColorChange
{
    public void Apply(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue)
    {
        var value = Vector256.MaxNative(red, Vector256.MaxNative(green, blue));
        var chroma = value - Vector256.MinNative(red, Vector256.MinNative(green, blue));
        var divisor = Vector256.ConditionalSelect(Vector256.Equals(chroma, Vector256<float>.Zero), Vector256<float>.One, chroma);
        var sixths = Vector256.ConditionalSelect(
            Vector256.Equals(value, red),
            (green - blue) / divisor,
            Vector256.ConditionalSelect(
                Vector256.Equals(value, green),
                (blue - red) / divisor + Vector256.Create(2f),
                (red - green) / divisor + Vector256.Create(4f)));
        var turned = sixths + Vector256.Create(turn * 6);
        red = Channel(value, chroma, turned + Vector256.Create(5f));
        green = Channel(value, chroma, turned + Vector256.Create(3f));
        blue = Channel(value, chroma, turned + Vector256<float>.One);
    }

    private static Vector256<float> Channel(Vector256<float> value, Vector256<float> chroma, Vector256<float> sixths)
    {
        // Modulo 6. Rounding may leave 6 itself, where the channel has the same value as at 0.
        var k = sixths - Vector256.Floor(sixths / 6f) * 6f;
        return VectorRow.Clip(value - chroma * VectorRow.Clip(Vector256.MinNative(k, Vector256.Create(4f) - k)));
    }
}

/// <summary>Replaces all three channels with the pixel's gray.</summary>
internal readonly struct GrayChange : IColorChange
{
    public void Apply(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue) =>
        red = green = blue = VectorRow.Gray(red, green, blue);
}
