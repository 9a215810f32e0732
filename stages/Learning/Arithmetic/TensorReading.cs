using TorchSharp;
using static TorchSharp.torch;

namespace Stages.Learning.Arithmetic;

/// <summary>Numbers read off tensors of one element; each waits for the device. See <see cref="TensorArithmetic"/>.</summary>
public static class TensorReading
{
    public static double ReadDouble(this Tensor x)
    {
        using var number = x.ToScalar();
        return number.ToDouble();
    }

    public static long ReadInt64(this Tensor x)
    {
        using var number = x.ToScalar();
        return number.ToInt64();
    }

    public static bool ReadBoolean(this Tensor x)
    {
        using var number = x.ToScalar();
        return number.ToBoolean();
    }
}
