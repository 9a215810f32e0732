using Distill.ParquetFiles;
using static Distill.ParquetFiles.ThriftShape;

namespace Tests.Datasets.Shards;

/// <summary>Structs written by hand after the protocol's description: a field's header is the step from the last number and the type, an octet of 0 ends a struct.</summary>
public class ThriftCompactTests
{
    private const byte Number1 = 0x15;
    private const byte Text1 = 0x18;
    private const byte List1 = 0x19;
    private const byte Struct1 = 0x1C;

    [Fact]
    public void What_is_of_the_shape_is_walked_to_its_end()
    {
        Assert.Equal(3, Walk(new Struct((1, Whole)), Number1, 4, 0));
        Assert.Equal(5, Walk(new Struct((1, Octets)), Text1, 2, (byte)'a', (byte)'b', 0));
        Assert.Equal(5, Walk(new Struct((1, new Several(Whole))), List1, 0x25, 2, 4, 0));
        Assert.Equal(5, Walk(new Struct((1, new Struct((1, Whole)))), Struct1, Number1, 4, 0, 0));
    }

    /// <summary>The library reads by the type that is expected: it would take the number for a list's length, and read on for hours.</summary>
    [Fact]
    public void Another_type_than_is_expected_is_refused_at_any_depth()
    {
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, new Several(Whole))), Number1, 4, 0));
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, Octets)), Number1, 4, 0));
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, new Several(Octets))), List1, 0x25, 2, 4, 0));
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, new Struct((1, Octets)))), Struct1, Number1, 4, 0, 0));
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, new Several(new Struct((1, Octets))))), List1, 0x1C, Number1, 4, 0, 0));
    }

    [Fact]
    public void A_field_of_a_later_version_is_what_it_says() => Assert.Equal(3, Walk(new Struct((2, Octets)), Number1, 4, 0));

    [Fact]
    public void An_empty_list_needs_no_type() => Assert.Equal(3, Walk(new Struct((1, new Several(Octets))), List1, 0x00, 0));

    private static int Walk(Struct shape, params byte[] bytes) => new ThriftCompact(bytes).Walk(shape);
}
