using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>A change of single pixels of three channels, eight at a time.</summary>
internal interface IColorChange
{
    void Change(ref Vector256<float> red, ref Vector256<float> green, ref Vector256<float> blue);
}
