namespace Distill.Learning.Onnx;

/// <summary>Types of elements; the numbers are those of TensorProto.DataType in onnx.proto.</summary>
public enum OnnxType
{
    Fp32 = 1,
    U8 = 2,
    S8 = 3,
    S32 = 6,
    Fp16 = 10,
}
