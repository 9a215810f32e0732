using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

public class Crc32CTests
{
    /// <summary>Examples of RFC 3720, appendix B.4.</summary>
    [Theory]
    [InlineData(0x8A9136AAu, 0, 0)]
    [InlineData(0x62A8AB43u, 255, 0)]
    [InlineData(0x46DD794Eu, 0, 1)]
    public void Crc_equals_the_examples_of_the_standard(uint crc, byte first, int step) =>
        Assert.Equal(crc, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)(first + (i * step)))]));

    [Fact]
    public void Crc_equals_the_usual_check_value() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
}
