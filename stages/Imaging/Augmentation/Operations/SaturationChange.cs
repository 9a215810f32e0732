using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>gray + (x − gray) · factor, clipped, with each pixel's own gray.</summary>
internal readonly struct SaturationChange(float factor) : IColorChange
{
    public void Change(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue)
    {
        var gray = VectorRow.Gray(red, green, blue);
        red = VectorRow.Clipped((red - gray) * factor + gray);
        green = VectorRow.Clipped((green - gray) * factor + gray);
        blue = VectorRow.Clipped((blue - gray) * factor + gray);
    }
}
