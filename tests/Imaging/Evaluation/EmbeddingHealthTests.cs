using Distill.Imaging.Evaluation;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation;

[Collection(TorchTests.Name)]
public sealed class EmbeddingHealthTests
{
    [Fact]
    public void Measures_match_numpy_and_PyTorch()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("evaluation");
        var z_ND = Pattern.Uniform("embeddings", 60, 8).mul(tensor(new[] { 3, 2, 1, 1, 0.5f, 0.2f, 0.1f, 0.01f })).add(0.3f);
        var other_ND = z_ND.add(Pattern.Uniform("embeddings/other", 60, 8).mul(0.2f));
        var health = EmbeddingHealth.Measure(z_ND);

        Assert.Equal(golden["embeddings/spread"].ToDouble(), health.Spread, 1e-6);
        Assert.Equal(golden["embeddings/rank"].ToDouble(), health.EffectiveRank, 1e-6);
        Assert.Equal(golden["embeddings/uniformity"].ToDouble(), health.Uniformity, 1e-6);
        Assert.Equal(golden["embeddings/alignment"].ToDouble(), EmbeddingHealth.Alignment(z_ND, other_ND), 1e-6);
    }

    [Fact]
    public void Both_directions_of_all_axes_are_isotropic()
    {
        using var scope = NewDisposeScope();
        var health = EmbeddingHealth.Measure(cat([eye(4), eye(4).mul(-1)]).mul(3));
        Assert.Equal(1, health.Spread, 1e-12);
        Assert.Equal(4, health.EffectiveRank, 1e-12);
        // Of the 7 others, 6 are at a squared distance of 2 and one at 4.
        Assert.Equal(Math.Log((6 * Math.Exp(-4) + Math.Exp(-8)) / 7), health.Uniformity, 1e-12);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    public void Equal_embeddings_are_collapsed(double value, double rank)
    {
        using var scope = NewDisposeScope();
        var health = EmbeddingHealth.Measure(full(5, 3, value));
        Assert.Equal(0, health.Spread, 1e-12);
        Assert.Equal(rank, health.EffectiveRank, 1e-6);
        Assert.Equal(0, health.Uniformity, 1e-12);
    }

    [Fact]
    public void Chunks_do_not_affect_the_uniformity()
    {
        using var scope = NewDisposeScope();
        var z_ND = Pattern.Uniform("many", 1001, 3);
        var rows = nn.functional.normalize(z_ND.to(ScalarType.Float64), dim: 1).data<double>().ToArray().Chunk(3).ToArray();
        var sum = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = i + 1; j < rows.Length; j++)
            {
                sum += Math.Exp(-2 * rows[i].Zip(rows[j], (a, b) => (a - b) * (a - b)).Sum());
            }
        }

        Assert.Equal(Math.Log(sum / (1001 * 500)), EmbeddingHealth.Measure(z_ND).Uniformity, 1e-10);
    }

    [Fact]
    public void Alignment_is_between_0_and_4()
    {
        using var scope = NewDisposeScope();
        var z_ND = Pattern.Uniform("embeddings", 6, 3);
        Assert.Equal(0, EmbeddingHealth.Alignment(z_ND, z_ND.mul(2)), 1e-12);
        Assert.Equal(4, EmbeddingHealth.Alignment(z_ND, z_ND.neg()), 1e-12);
    }

    [Fact]
    public void Wrong_shapes_are_rejected()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "[1, 3]",
            Assert.Throws<ArgumentException>(() => EmbeddingHealth.Measure(ones(1, 3))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "[2, 3] and [3, 3]",
            Assert.Throws<ArgumentException>(() => EmbeddingHealth.Alignment(ones(2, 3), ones(3, 3))).Message,
            StringComparison.Ordinal);
    }
}
