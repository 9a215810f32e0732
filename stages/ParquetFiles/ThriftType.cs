namespace Distill.ParquetFiles;

/// <summary>The expected type of a field of a Thrift struct: one of those that Parquet's metadata uses.</summary>
internal abstract record ThriftType
{
    /// <summary>True or false.</summary>
    public static readonly ThriftType Bool = new Primitive(WireType.True, WireType.False);

    /// <summary>A signed integer of 16, 32 or 64 bits, which are all encoded alike.</summary>
    public static readonly ThriftType Integer = new Primitive(WireType.Int16, WireType.Int64);

    /// <summary>Text or bytes.</summary>
    public static readonly ThriftType Binary = new Primitive(WireType.Binary, WireType.Binary);

    /// <summary>Whether a value with this type in the file can be read as the expected type.</summary>
    public abstract bool Accepts(WireType type);

    /// <summary>A value whose type in the file is between two types.</summary>
    internal sealed record Primitive(WireType First, WireType Last) : ThriftType
    {
        public override bool Accepts(WireType type) => type >= First && type <= Last;
    }

    /// <summary>A list of elements of one type.</summary>
    internal sealed record ListOf(ThriftType Element) : ThriftType
    {
        public override bool Accepts(WireType type) => type == WireType.List;
    }

    /// <summary>A struct with the types of its fields. Later versions of the format may add fields, which may have any type.</summary>
    internal sealed record Struct(params (int Number, ThriftType Type)[] Fields) : ThriftType
    {
        private readonly Dictionary<long, ThriftType> _fields = Fields.ToDictionary(field => (long)field.Number, field => field.Type);

        public ThriftType? Field(long number) => _fields.GetValueOrDefault(number);

        public override bool Accepts(WireType type) => type == WireType.Struct;
    }
}

/// <summary>The types of Thrift's compact protocol, with their numbers in the file.</summary>
internal enum WireType
{
    True = 1,
    False = 2,
    Int8 = 3,
    Int16 = 4,
    Int32 = 5,
    Int64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Struct = 12,
}
