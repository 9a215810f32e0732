using Distill.Learning.Randomness;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Randomness;

[Collection(TorchTests.Name)]
public sealed class RandomNormalsTests
{
    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, 5).Select(i => RandomKey.FromSeed(9).Fold("normals").Fold(i))];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Normals_are_Box_Muller_over_the_draws_of_the_keys(int count)
    {
        using var scope = NewDisposeScope();
        var half = (count + 1) / 2;
        var expected = Keys.SelectMany(key => Enumerable.Range(0, count).Select(i =>
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - Upper(key, i % half)));
            var angle = 2 * Math.PI * Upper(key, half + i % half);
            return (float)(radius * (i < half ? Math.Cos(angle) : Math.Sin(angle)));
        })).ToArray();
        Close.To(tensor(expected, [5, count]), RandomNormals.Draw(Keys, count, CPU), 1e-5);
    }

    [Fact]
    public void Normals_are_standard_normal()
    {
        using var scope = NewDisposeScope();
        var normals = RandomNormals.Draw(Keys, 40_001, CPU);
        Assert.Equal(0, normals.mean().ToSingle(), 0.01);
        Assert.Equal(1, normals.square().mean().ToSingle(), 0.02);
        Assert.Equal(3, normals.pow(4).mean().ToSingle(), 0.1);
        Assert.Equal(0.6827, normals.abs().lt(1).to_type(ScalarType.Float32).mean().ToSingle(), 0.005);
    }

    /// <summary>The upper 24 bits of a draw, as a number in [0, 1).</summary>
    private static double Upper(RandomKey key, int draw) => (key.Bits(draw) >> 40) / (double)(1 << 24);
}
