using Distill.ParquetFiles;
using static Distill.ParquetFiles.ThriftType;

namespace Tests.ParquetFiles;

/// <summary>
/// Structs written by hand after the protocol's description. A field's header has the step from the last number and the type; 0 ends a
/// struct.
/// </summary>
public class ThriftCompactTests
{
    private const byte Number1 = 0x15;
    private const byte Text1 = 0x18;
    private const byte List1 = 0x19;
    private const byte Struct1 = 0x1C;

    [Fact]
    public void A_struct_of_the_expected_type_is_read_to_its_end()
    {
        Assert.Equal(3, Walk(new Struct((1, Integer)), Number1, 4, 0));
        Assert.Equal(5, Walk(new Struct((1, Binary)), Text1, 2, (byte)'a', (byte)'b', 0));
        Assert.Equal(5, Walk(new Struct((1, new ListOf(Integer))), List1, 0x25, 2, 4, 0));
        Assert.Equal(5, Walk(new Struct((1, new Struct((1, Integer)))), Struct1, Number1, 4, 0, 0));
    }

    /// <summary>The library reads the expected type: it would take the number for the length of a list, and read for hours.</summary>
    [Fact]
    public void A_different_type_is_refused_at_any_depth()
    {
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, new ListOf(Integer))), Number1, 4, 0));
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, Binary)), Number1, 4, 0));
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, new ListOf(Binary))), List1, 0x25, 2, 4, 0));
        Assert.Throws<InvalidDataException>(() => Walk(new Struct((1, new Struct((1, Binary)))), Struct1, Number1, 4, 0, 0));
        Assert.Throws<InvalidDataException>(
            () => Walk(new Struct((1, new ListOf(new Struct((1, Binary))))), List1, 0x1C, Number1, 4, 0, 0));
    }

    [Fact]
    public void An_unknown_field_may_have_any_type() => Assert.Equal(3, Walk(new Struct((2, Binary)), Number1, 4, 0));

    [Fact]
    public void An_empty_list_may_have_any_element_type() => Assert.Equal(3, Walk(new Struct((1, new ListOf(Binary))), List1, 0x00, 0));

    private static int Walk(Struct type, params byte[] bytes) => new ThriftCompact(bytes).Walk(type);
}
