using System.Globalization;
using Distill.Learning.Native;
using static TorchSharp.torch;

namespace Tests.Learning.Native;

[Collection(TorchTests.Name)]
public sealed class HugePagesTests
{
    [Fact]
    public unsafe void A_large_tensor_is_marked_in_the_kernels_list_of_mappings()
    {
        using var scope = NewDisposeScope();
        var large = empty([20 << 20], ScalarType.Byte);
        HugePages.Advise(large);
        fixed (byte* data = large.bytes)
        {
            Assert.Contains(" hg", FlagsOf((ulong)data + (10 << 20)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Advice_changes_no_value_and_small_tensors_are_left_alone()
    {
        using var scope = NewDisposeScope();
        foreach (var count in new[] { 0, 1, 1000, 5_000_000 })
        {
            var values = arange(count, ScalarType.Float32);
            HugePages.Advise(values);

            Assert.Equal(Enumerable.Range(0, count).Select(i => (float)i), values.data<float>().ToArray());
        }
    }

    /// <summary>Returns the flags of the mapping with an address (proc(5), smaps).</summary>
    private static string FlagsOf(ulong address)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var range = line.Split(' ')[0].Split('-');
            if (range.Length == 2 && ulong.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var start))
            {
                inside = start <= address && address < ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            else if (inside && line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                return line;
            }
        }

        return "";
    }
}
