namespace Distill.ParquetFiles;

/// <summary>What a field of a Thrift struct holds, of the types that Parquet's metadata has.</summary>
internal abstract record ThriftShape
{
    /// <summary>True or false.</summary>
    public static readonly ThriftShape Flag = new Plain(1, 2);

    /// <summary>A whole number of 16, 32 or 64 bits; they are written alike.</summary>
    public static readonly ThriftShape Whole = new Plain(4, 6);

    /// <summary>Text or bytes.</summary>
    public static readonly ThriftShape Octets = new Plain(8, 8);

    /// <summary>Whether a value of this type in the compact protocol can be one of the shape.</summary>
    public abstract bool Fits(int type);

    /// <summary>Types from one number to another.</summary>
    internal sealed record Plain(int First, int Last) : ThriftShape
    {
        public override bool Fits(int type) => type >= First && type <= Last;
    }

    /// <summary>Several of one shape.</summary>
    internal sealed record Several(ThriftShape Element) : ThriftShape
    {
        public override bool Fits(int type) => type == 9;
    }

    /// <summary>A struct: field number → shape. Others may come with later versions of the format and are whatever they say they are.</summary>
    internal sealed record Struct(params (int Number, ThriftShape Shape)[] Fields) : ThriftShape
    {
        private readonly Dictionary<long, ThriftShape> _fields = Fields.ToDictionary(field => (long)field.Number, field => field.Shape);

        public ThriftShape? Field(long number) => _fields.GetValueOrDefault(number);

        public override bool Fits(int type) => type == 12;
    }
}
