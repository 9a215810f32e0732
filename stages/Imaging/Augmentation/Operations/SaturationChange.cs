using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>grey + (x − grey) · factor, clipped, with each pixel's own grey.</summary>
internal readonly struct SaturationChange(float factor) : IColourChange
{
    public void Change(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue)
    {
        var grey = Lanes.Grey(red, green, blue);
        red = Lanes.Clipped((red - grey) * factor + grey);
        green = Lanes.Clipped((green - grey) * factor + grey);
        blue = Lanes.Clipped((blue - grey) * factor + grey);
    }
}
