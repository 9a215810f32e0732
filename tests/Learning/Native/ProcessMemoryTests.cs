using Distill.Learning.Native;
using static TorchSharp.torch;

namespace Tests.Learning.Native;

[Collection(TorchTests.Name)]
public sealed class ProcessMemoryTests
{
    private const long Mebibyte = 1 << 20;

    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    public void Peak_is_that_of_tensors_that_are_alive_together(int mebibytes)
    {
        var bytes = 0L;
        ProcessMemory.WithExactAllocations(() => bytes = ProcessMemory.PeakOf(() =>
        {
            using var first = ones(mebibytes * Mebibyte / sizeof(float));
            using (ones(mebibytes * Mebibyte / sizeof(float)))
            {
            }

            using var third = ones(mebibytes * Mebibyte / sizeof(float));
        }));
        // Other tests allocate too. The sum of all three would be 3.
        Assert.InRange(bytes / (double)(mebibytes * Mebibyte), 1.8, 2.6);
    }

    [Fact]
    public void Memory_left_at_the_peak_is_less_than_that_left_now()
    {
        using (ones(256 * Mebibyte / sizeof(float)))
        {
        }

        ProcessMemory.Trim();
        Assert.InRange(ProcessMemory.Available - ProcessMemory.LeftAtPeak, 128 * Mebibyte, long.MaxValue);
    }

    [Fact]
    public void System_that_does_not_let_a_process_measure_gets_one_message()
    {
        var refused = Assert.Throws<UnmeasuredMemoryException>(() => ProcessMemory.PeakOf(() => { }, "/proc/self/no/file"));
        Assert.StartsWith("memory cannot be measured, because /proc/self/no/file", refused.Message, StringComparison.Ordinal);
    }
}
