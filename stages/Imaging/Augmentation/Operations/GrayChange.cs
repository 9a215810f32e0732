using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>Each pixel's gray in all three channels.</summary>
internal readonly struct GrayChange : IColorChange
{
    public void Change(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue) =>
        red = green = blue = VectorRow.Gray(red, green, blue);
}
