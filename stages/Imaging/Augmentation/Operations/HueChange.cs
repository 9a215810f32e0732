using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>Turns the hue: the closed form that <see cref="Photometric.Hue"/> explains.</summary>
/// <param name="turn">In whole turns.</param>
internal readonly struct HueChange(float turn) : IColorChange
{
    public void Change(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue)
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
        // Modulo 6; where rounding leaves 6 itself, the channel is the same as at 0.
        var k = sixths - Vector256.Floor(sixths / 6f) * 6f;
        return VectorRow.Clipped(value - chroma * VectorRow.Clipped(Vector256.MinNative(k, Vector256.Create(4f) - k)));
    }
}
