using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>Each pixel's grey in all three channels.</summary>
internal readonly struct GreyChange : IColourChange
{
    public void Change(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue) =>
        red = green = blue = Lanes.Grey(red, green, blue);
}
