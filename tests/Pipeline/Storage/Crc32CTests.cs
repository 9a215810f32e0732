using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

public class Crc32CTests
{
    /// <summary>The examples of RFC 3720, appendix B.4, and the usual check value.</summary>
    [Theory]
    [InlineData(0x8A9136AAu, 0, 0)]
    [InlineData(0x62A8AB43u, 255, 0)]
    [InlineData(0x46DD794Eu, 0, 1)]
    public void The_standards_examples_hold(uint crc, byte first, int step) =>
        Assert.Equal(crc, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)(first + (i * step)))]));

    [Fact]
    public void The_check_value_holds() => Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
}
