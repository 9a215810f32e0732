using Distill.Learning.Native;
using static TorchSharp.torch;

namespace Tests.Learning.Native;

[Collection(TorchTests.Name)]
public sealed class HugePagesTests
{
    private const int Page = 2 << 20;

    [Theory]
    [InlineData(0, 3 * Page, 0, 3 * Page)]
    [InlineData(0, 3 * Page - 1, 0, 2 * Page)]
    [InlineData(1, 3 * Page, Page, 2 * Page)]
    [InlineData(Page - 1, 3 * Page, Page, 2 * Page)]
    [InlineData(Page - 1, 3 * Page + 1, Page, 3 * Page)]
    [InlineData(0, Page, 0, Page)]
    [InlineData(64, Page, Page, 0)]
    [InlineData(64, 100, Page, 0)]
    public void Only_pages_that_have_no_other_content_count(int address, int bytes, int start, int length) =>
        Assert.Equal(((nuint)start, (nuint)length), HugePages.WholePages((nuint)address, (nuint)bytes));

    /// <summary>malloc gives a tensor above 32 MiB a mapping of its own.</summary>
    [Fact]
    public unsafe void The_kernel_marks_the_whole_pages_of_a_tensor_and_no_other()
    {
        using var scope = NewDisposeScope();
        var tensor = empty([40 << 20], ScalarType.Byte);
        fixed (byte* data = tensor.bytes)
        {
            var (start, length) = HugePages.WholePages((nuint)data, 40 << 20);

            Assert.False(Mapping.Of(start).IsHuge);

            HugePages.Advise(tensor);
            var mapping = Mapping.Of(start);

            Assert.True(mapping.IsHuge);
            Assert.Equal((start, start + length), (mapping.Start, mapping.End));
        }
    }

    [Fact]
    public void A_tensor_without_values_is_left_alone()
    {
        using var scope = NewDisposeScope();
        HugePages.Advise(empty([0, 3], ScalarType.Float32));
    }
}
