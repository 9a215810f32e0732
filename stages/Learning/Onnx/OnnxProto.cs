namespace Distill.Learning.Onnx;

/// <summary>Field numbers of the messages in onnx.proto, by the names there. One class per message.</summary>
internal static class OnnxProto
{
    public static class ModelProto
    {
        public const int IrVersion = 1;
        public const int ProducerName = 2;
        public const int Graph = 7;
        public const int OpsetImport = 8;
        public const int MetadataProps = 14;
        public const int Functions = 25;
    }

    public static class OperatorSetIdProto
    {
        public const int Domain = 1;
        public const int Version = 2;
    }

    public static class GraphProto
    {
        public const int Node = 1;
        public const int Name = 2;
        public const int Initializer = 5;
        public const int Input = 11;
        public const int Output = 12;
        public const int SparseInitializer = 15;
    }

    public static class NodeProto
    {
        public const int Input = 1;
        public const int Output = 2;
        public const int Name = 3;
        public const int OpType = 4;
        public const int Attribute = 5;
    }

    public static class AttributeProto
    {
        public const int Name = 1;
        public const int F = 2;
        public const int I = 3;
        public const int T = 5;
        public const int G = 6;
        public const int Ints = 8;
        public const int Tensors = 10;
        public const int Graphs = 11;
        public const int Type = 20;
        public const int SparseTensor = 22;

        // AttributeType.
        public const long TypeInt = 2;
        public const long TypeInts = 7;
    }

    public static class TensorProto
    {
        public const int Dims = 1;
        public const int DataType = 2;
        public const int FloatData = 4;
        public const int Name = 8;
        public const int RawData = 9;
        public const int ExternalData = 13;
        public const int DataLocation = 14;

        // DataLocation.
        public const long LocationExternal = 1;

        // DataType.
        public const int Float = 1;
        public const int Int64 = 7;
        public const int Text = 8;
        public const int Boolean = 9;
        public const int Float16 = 10;
    }

    public static class SparseTensorProto
    {
        public const int Values = 1;
        public const int Indices = 2;
    }

    public static class FunctionProto
    {
        public const int Node = 7;
    }

    public static class ValueInfoProto
    {
        public const int Name = 1;
        public const int Type = 2;
    }

    public static class TypeProto
    {
        public const int TensorType = 1;

        // TypeProto.Tensor.
        public const int TensorElemType = 1;
        public const int TensorShape = 2;
    }

    public static class TensorShapeProto
    {
        public const int Dim = 1;

        // TensorShapeProto.Dimension.
        public const int DimValue = 1;
        public const int DimParam = 2;
    }

    public static class StringStringEntryProto
    {
        public const int Key = 1;
        public const int Value = 2;
    }
}
