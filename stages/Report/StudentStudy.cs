using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Report;

/// <summary>A mistake of the student's.</summary>
/// <param name="Image">Number of the test image.</param>
/// <param name="Label">Its class.</param>
/// <param name="Guess">What it was taken for.</param>
/// <param name="Probability">How surely.</param>
internal sealed record Mistake(int Image, int Label, int Guess, double Probability);

/// <summary>What the published student makes of the test images, beyond figures.</summary>
/// <param name="Misclassified">The surest first.</param>
/// <param name="Places">Test images, their classes, and where they lie among the first two principal components of the features.</param>
/// <param name="Explained">Share of the features' variance in these two.</param>
internal sealed record StudentStudy(IReadOnlyList<Mistake> Misclassified, IReadOnlyList<(int Label, double X, double Y)> Places, double Explained)
{
    private const int MostMistakes = 12;
    private const int MostPlaces = 2000;

    /// <param name="network">The student.</param>
    /// <param name="encoder">The same without its last layer.</param>
    /// <param name="bank">The test images.</param>
    /// <param name="temperature">Of its probabilities.</param>
    /// <param name="settings">Device.</param>
    /// <param name="looked">Told how many images were looked at, of how many; may throw to stop.</param>
    public static StudentStudy Of(
        nn.Module<Tensor, Tensor> network, nn.Module<Tensor, Tensor> encoder, ImageBank bank, double temperature, RunSettings settings, Action<int, int> looked)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        int[] all = [.. Enumerable.Range(0, bank.Images.Count).Where(image => bank.Images.Labels[image] != ImageSet.Unlabeled)];
        var count = Math.Min(MostPlaces, all.Length);
        var p_NK = Inference.Run(network, bank, all, settings.Compute.InFp32, done => looked(done, all.Length + count)).Over(temperature).softmax(1);
        var (surest_N, guesses_N) = p_NK.max(1);
        var (surest, guesses) = (surest_N.ReadAll<float>(), guesses_N.ReadAll<long>());
        var mistakes = all
            .Select((image, i) => new Mistake(image, bank.Images.Labels[image], (int)guesses[i], surest[i]))
            .Where(mistake => mistake.Guess != mistake.Label)
            .OrderByDescending(mistake => mistake.Probability)
            .Take(MostMistakes);

        int[] some = [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Length / count)])];
        var (xy_N2, explained) = PrincipalComponents(Inference.Run(encoder, bank, some, settings.Compute.InFp32, done => looked(all.Length + done, all.Length + count)));
        var xy = xy_N2.ReadAll<double>();
        return new StudentStudy([.. mistakes], [.. some.Select((image, i) => (bank.Images.Labels[image], xy[2 * i], xy[(2 * i) + 1]))], explained);
    }

    /// <summary>The rows of features_ND in the plane in which they vary most, and the share of the variance that it has.</summary>
    internal static (Tensor Plane_N2, double Explained) PrincipalComponents(Tensor features_ND)
    {
        using var scope = NewDisposeScope();
        var x_ND = features_ND.cpu().to_type(ScalarType.Float64);
        x_ND = x_ND.sub(x_ND.mean([0], keepdim: true));
        var (variances, axes_D2) = x_ND.shape[0] < x_ND.shape[1] ? FromImages(x_ND) : FromFeatures(x_ND);

        // An axis has no sign of its own: the largest part of it is made positive, so that the same features give the same map.
        var largest_2 = axes_D2.gather(0, axes_D2.abs().argmax(0, keepdim: true)).sign();
        var explained = variances.narrow(0, variances.shape[0] - 2, 2).sum().ReadDouble() / Math.Max(variances.sum().ReadDouble(), double.Epsilon);
        return (x_ND.matmul(axes_D2.mul(largest_2)).MoveToOuterDisposeScope(), explained);
    }

    private static (Tensor Variances, Tensor Axes_D2) FromFeatures(Tensor x_ND)
    {
        var (variances_D, axes_DD) = linalg.eigh(x_ND.t().matmul(x_ND));
        return (variances_D, Largest(axes_DD));
    }

    /// <summary>The same by way of the images' products with each other, of which there are fewer.</summary>
    private static (Tensor Variances, Tensor Axes_D2) FromImages(Tensor x_ND)
    {
        var (variances_N, images_NN) = linalg.eigh(x_ND.matmul(x_ND.t()));
        return (variances_N, nn.functional.normalize(x_ND.t().matmul(Largest(images_NN)), dim: 0));
    }

    // eigh orders by rising variance.
    private static Tensor Largest(Tensor axes) => axes.narrow(1, axes.shape[1] - 2, 2).flip(1);
}
