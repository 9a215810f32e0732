using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>A change of single values, eight at a time.</summary>
internal interface IPixelChange
{
    Vector256<float> Of(Vector256<float> x);
}
