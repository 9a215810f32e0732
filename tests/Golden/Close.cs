using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Golden;

/// <summary>Assertions that compare tensors.</summary>
internal static class Close
{
    /// <summary>Asserts equal shapes, and that no element differs by more than the tolerance.</summary>
    public static void To(Tensor expected, Tensor actual, double tolerance, string what = "")
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var off = expected.to(ScalarType.Float64).sub(actual.detach().to(ScalarType.Float64)).abs().max().ToDouble();
        Assert.True(off <= tolerance, $"{what}: off by {off:g3}, allowed {tolerance:g3}");
    }

    /// <summary>Asserts the same with a tolerance relative to the largest expected magnitude.</summary>
    public static void Relatively(Tensor expected, Tensor actual, double tolerance, string what = "") =>
        To(expected, actual, tolerance * expected.abs().max().to(ScalarType.Float64).ToDouble(), what);

    /// <summary>Asserts the same bits in every element.</summary>
    public static void Exactly(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.True(expected.contiguous().bytes.SequenceEqual(actual.contiguous().bytes), "the bits differ");
    }
}
