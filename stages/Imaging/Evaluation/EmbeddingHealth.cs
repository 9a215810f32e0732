using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>Whether embeddings use the space that they have, or collapse into a part of it. No labels are needed.</summary>
/// <param name="Spread">
/// √D times the mean over dimensions of the standard deviation of embeddings scaled to length 1 (Chen and He 2021, SimSiam, section
/// 4.1): 1 where they point everywhere alike, 0 where all point the same way.
/// </param>
/// <param name="EffectiveRank">
/// exp(−Σ p ln p) of the singular values' shares p, of the embeddings as they are, neither centered nor scaled (Garrido et al. 2023,
/// RankMe, equation 1, without its ε): 1 … min(N, D), and 0 if all embeddings are 0.
/// </param>
/// <param name="Uniformity">
/// The logarithm of the mean of exp(−2‖u − v‖²) over distinct pairs of embeddings of length 1 (Wang and Isola 2020, section 4.1,
/// with t = 2), in nats: 0 where all are one point, lower the more evenly they cover the sphere.
/// </param>
public sealed record EmbeddingHealth(double Spread, double EffectiveRank, double Uniformity)
{
    private const int RowsAtATime = 1000;

    /// <param name="z_ND">
    /// Features or projections of two images or more. A sample of some thousand is enough: rank and uniformity cost N·D² and N²·D.
    /// </param>
    /// <exception cref="ArgumentException">There are fewer than two rows.</exception>
    public static EmbeddingHealth Of(Tensor z_ND)
    {
        if (z_ND.dim() != 2 || z_ND.shape[0] < 2)
        {
            throw new ArgumentException($"Expected embeddings [N, D] of at least two images; got [{string.Join(", ", z_ND.shape)}].");
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var wide_ND = z_ND.to_type(ScalarType.Float64);
        var unit_ND = nn.functional.normalize(wide_ND, dim: 1);
        var spread = unit_ND.std(0, unbiased: false).mean().ReadDouble() * Math.Sqrt(z_ND.shape[1]);
        return new EmbeddingHealth(spread, RankOf(wide_ND), UniformityOf(unit_ND));
    }

    /// <summary>The mean of ‖u − v‖² over positive pairs scaled to length 1 (Wang and Isola 2020, section 4.1, with α = 2), of [0, 4].</summary>
    /// <param name="first_ND">Embeddings of one view of each image.</param>
    /// <param name="second_ND">Of another view of the same images, in the same order.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static double Alignment(Tensor first_ND, Tensor second_ND)
    {
        if (!first_ND.shape.SequenceEqual(second_ND.shape))
        {
            throw new ArgumentException(
                $"Both views need one shape; got [{string.Join(", ", first_ND.shape)}] and [{string.Join(", ", second_ND.shape)}].");
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var first = nn.functional.normalize(first_ND.to_type(ScalarType.Float64), dim: 1);
        var second = nn.functional.normalize(second_ND.to_type(ScalarType.Float64), dim: 1);
        return first.sub(second).Squared().sum(1).mean().ReadDouble();
    }

    private static double RankOf(Tensor z_ND)
    {
        // On the CPU always: the sample is small, GPUs are slow in double precision, and CUDA builds may lack the library for it.
        var singular = linalg.svdvals(z_ND.cpu()).ReadAll<double>();
        var shares = singular.Select(value => value / singular.Sum()).Where(share => share > 0).ToArray();
        return shares.Length == 0 ? 0 : Math.Exp(-shares.Sum(share => share * Math.Log(share)));
    }

    private static double UniformityOf(Tensor unit_ND)
    {
        var rows = unit_ND.shape[0];
        // Almost all 1, but an embedding that is 0 stays 0.
        var square_N = unit_ND.Squared().sum(1);
        var total = 0.0;
        for (var start = 0L; start < rows; start += RowsAtATime)
        {
            using var chunk = NewDisposeScope();
            var length = Math.Min(RowsAtATime, rows - start);
            var cosine_nN = unit_ND.narrow(0, start, length).mm(unit_ND.t());
            var distance_nN = square_N.narrow(0, start, length).unsqueeze(1).Plus(square_N).Plus_(cosine_nN, alpha: -2);
            total += distance_nN.Times_(-2).exp_().sum().ReadDouble();
        }

        // Each row's distance from itself is 0, and gave 1.
        return Math.Log((total - rows) / (rows * (rows - 1.0)));
    }
}
