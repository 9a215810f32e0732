// N images, n images in a chunk, D features
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>Measures of how far embeddings have collapsed into a part of their space. They need no labels.</summary>
/// <param name="Spread">
/// √D times the mean over dimensions of the standard deviation of embeddings scaled to length 1 (Chen and He 2021, SimSiam, section
/// 4.1). It is 1 if all directions are equally likely, and 0 if all embeddings point the same way.
/// </param>
/// <param name="EffectiveRank">
/// exp(−Σ p ln p), where p are the singular values divided by their sum (Garrido et al. 2023, RankMe, equation 1, without its ε). The
/// embeddings are neither centered nor scaled. It is in [1, min(N, D)], or 0 if all embeddings are 0.
/// </param>
/// <param name="Uniformity">
/// The logarithm of the mean of exp(−2‖u − v‖²) over distinct pairs of embeddings of length 1 (Wang and Isola 2020, section 4.1,
/// with t = 2), in nats. It is 0 if all embeddings are equal, and falls as they cover the sphere more evenly.
/// </param>
public sealed record EmbeddingHealth(double Spread, double EffectiveRank, double Uniformity)
{
    private const int RowsPerChunk = 1000;

    /// <summary>Measures embeddings.</summary>
    /// <param name="z_ND">
    /// Features or projections of at least two images. About a thousand are enough: the rank takes N·D² operations, the uniformity N²·D.
    /// </param>
    /// <exception cref="ArgumentException">There are fewer than two rows.</exception>
    public static EmbeddingHealth Measure(Tensor z_ND)
    {
        if (z_ND.dim() != 2 || z_ND.shape[0] < 2)
        {
            throw new ArgumentException(
                $"found shape [{string.Join(", ", z_ND.shape)}], expected embeddings [N, D] of at least two images");
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var wide_ND = z_ND.to_type(ScalarType.Float64);
        var unit_ND = nn.functional.normalize(wide_ND, dim: 1);
        var spread = unit_ND.std(0, unbiased: false).mean().ReadDouble() * Math.Sqrt(z_ND.shape[1]);
        return new EmbeddingHealth(spread, RankOf(wide_ND), UniformityOf(unit_ND));
    }

    /// <summary>
    /// Returns the mean of ‖u − v‖² over positive pairs of length 1 (Wang and Isola 2020, section 4.1, with α = 2), in [0, 4].
    /// </summary>
    /// <param name="first_ND">Embeddings of one view of each image.</param>
    /// <param name="second_ND">Embeddings of another view of the same images, in the same order.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static double Alignment(Tensor first_ND, Tensor second_ND)
    {
        if (!first_ND.shape.SequenceEqual(second_ND.shape))
        {
            throw new ArgumentException(
                $"found shapes [{string.Join(", ", first_ND.shape)}] and [{string.Join(", ", second_ND.shape)}], expected equal ones");
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var first = nn.functional.normalize(first_ND.to_type(ScalarType.Float64), dim: 1);
        var second = nn.functional.normalize(second_ND.to_type(ScalarType.Float64), dim: 1);
        return first.sub(second).Squared().sum(1).mean().ReadDouble();
    }

    private static double RankOf(Tensor z_ND)
    {
        // Always on the CPU: the sample is small, GPUs are slow in fp64, and CUDA builds may lack the library for it.
        var singular = linalg.svdvals(z_ND.cpu()).ReadAll<double>();
        var parts = singular.Select(value => value / singular.Sum()).Where(part => part > 0).ToArray();
        return parts.Length == 0 ? 0 : Math.Exp(-parts.Sum(part => part * Math.Log(part)));
    }

    private static double UniformityOf(Tensor unit_ND)
    {
        var rows = unit_ND.shape[0];
        // 1, except for embeddings of 0, which cannot be scaled.
        var square_N = unit_ND.Squared().sum(1);
        var total = 0.0;
        for (var start = 0L; start < rows; start += RowsPerChunk)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(RowsPerChunk, rows - start);
            var cosine_nN = unit_ND.narrow(0, start, length).mm(unit_ND.t());
            var distance_nN = square_N.narrow(0, start, length).unsqueeze(1).Plus(square_N).Plus_(cosine_nN, alpha: -2);
            total += distance_nN.Times_(-2).exp_().sum().ReadDouble();
        }

        // Each row's distance to itself is 0 and contributed 1.
        return Math.Log((total - rows) / (rows * (rows - 1.0)));
    }
}
