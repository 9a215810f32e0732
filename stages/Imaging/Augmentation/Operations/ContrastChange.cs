using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>mean + (x − mean) · factor, clipped; brightness is this about 0.</summary>
internal readonly struct ContrastChange(float mean, float factor) : IPixelChange
{
    public Vector256<float> Of(Vector256<float> x)
    {
        var centre = Vector256.Create(mean);
        return Lanes.Clipped((x - centre) * factor + centre);
    }
}
