using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>mean + (x − mean) · factor, clipped; brightness is this about 0.</summary>
internal readonly struct ContrastChange(float mean, float factor) : IPixelChange
{
    public Vector256<float> Of(Vector256<float> x)
    {
        var center = Vector256.Create(mean);
        return VectorRow.Clipped((x - center) * factor + center);
    }
}
