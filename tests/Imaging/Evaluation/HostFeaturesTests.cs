using Distill.Imaging.Evaluation;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation;

[Collection(TorchTests.Name)]
public sealed class HostFeaturesTests
{
    [Theory]
    [InlineData(60, ScalarType.Float32)]
    [InlineData(59, ScalarType.Float16)]
    public void Only_many_values_are_in_half_precision(long maximum, ScalarType expected)
    {
        using var features = HostFeatures.Create(10, 6, maximum);
        Assert.Equal(expected, features.dtype);
        Assert.Equal([10, 6], features.shape);
    }
}
