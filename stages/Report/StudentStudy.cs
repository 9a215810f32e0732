// N images, D features, K classes
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Report;

/// <summary>The published student on the test images: its most confident mistakes, and a map of its features.</summary>
/// <param name="Misclassified">The most confident mistakes, in decreasing order.</param>
/// <param name="Places">Classes of test images, and their first two principal components of the features.</param>
/// <param name="Explained">Fraction of the features' variance in these two components.</param>
internal sealed record StudentStudy(
    IReadOnlyList<MisclassifiedImage> Misclassified, IReadOnlyList<(int Label, double X, double Y)> Places, double Explained)
{
    private const int MaximumMisclassified = 12;
    private const int MaximumPlaces = 2000;

    /// <summary>Runs the student on the test images.</summary>
    /// <param name="network">The student.</param>
    /// <param name="encoder">The student without its last layer.</param>
    /// <param name="bank">The test images.</param>
    /// <param name="temperature">Softmax temperature of the probabilities.</param>
    /// <param name="settings">Device of the networks; the arithmetic is fp32.</param>
    /// <param name="processed">Receives the number of processed images and the total. It may throw to stop.</param>
    public static StudentStudy Measure(
        nn.Module<Tensor, Tensor> network,
        nn.Module<Tensor, Tensor> encoder,
        ImageBank bank,
        double temperature,
        RunSettings settings,
        Action<int, int> processed)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        int[] all = [.. Enumerable.Range(0, bank.Images.Count).Where(image => bank.Images.Labels[image] != ImageSet.Unlabeled)];
        var count = Math.Min(MaximumPlaces, all.Length);
        var total = all.Length + count;
        var logits_NK = Inference.Run(network, bank, all, settings.Compute.InFp32, done => processed(done, total));
        var p_NK = logits_NK.Over(temperature).softmax(1);
        var (confidences_N, predictions_N) = p_NK.max(1);
        var (confidences, predictions) = (confidences_N.ReadAll<float>(), predictions_N.ReadAll<long>());
        var misclassified = all
            .Select((image, i) => new MisclassifiedImage(image, bank.Images.Labels[image], (int)predictions[i], confidences[i]))
            .Where(image => image.Prediction != image.Label)
            .OrderByDescending(image => image.Probability)
            .Take(MaximumMisclassified);

        var sample = EvenlySpaced.Take(all, count);
        var features_ND = Inference.Run(encoder, bank, sample, settings.Compute.InFp32, done => processed(all.Length + done, total));
        var (xy_N2, explained) = PrincipalComponents(features_ND);
        var xy = xy_N2.ReadAll<double>();
        var places = sample.Select((image, i) => (bank.Images.Labels[image], xy[2 * i], xy[(2 * i) + 1]));
        return new StudentStudy([.. misclassified], [.. places], explained);
    }

    /// <summary>
    /// Projects features onto their first two principal components, and returns the fraction of the variance that these explain.
    /// </summary>
    internal static (Tensor Plane_N2, double Explained) PrincipalComponents(Tensor features_ND)
    {
        using var scope = NewDisposeScope();
        var x_ND = features_ND.cpu().to_type(ScalarType.Float64);
        x_ND = x_ND.sub(x_ND.mean([0], keepdim: true));
        var (variances, axes_D2) = x_ND.shape[0] < x_ND.shape[1] ? FromImages(x_ND) : FromFeatures(x_ND);

        // The sign of an axis is arbitrary. Its largest element is made positive, so that the same features give the same map.
        var largest_2 = axes_D2.gather(0, axes_D2.abs().argmax(0, keepdim: true)).sign();
        var inPlane = variances.narrow(0, variances.shape[0] - 2, 2).sum().ReadDouble();
        var explained = inPlane / Math.Max(variances.sum().ReadDouble(), double.Epsilon);
        return (x_ND.matmul(axes_D2.mul(largest_2)).MoveToOuterDisposeScope(), explained);
    }

    private static (Tensor Variances, Tensor Axes_D2) FromFeatures(Tensor x_ND)
    {
        var (variances_D, axes_DD) = linalg.eigh(x_ND.t().matmul(x_ND));
        return (variances_D, Largest(axes_DD));
    }

    /// <summary>Finds the axes from the Gram matrix of the images, which is smaller if there are fewer images than features.</summary>
    private static (Tensor Variances, Tensor Axes_D2) FromImages(Tensor x_ND)
    {
        var (variances_N, images_NN) = linalg.eigh(x_ND.matmul(x_ND.t()));
        return (variances_N, nn.functional.normalize(x_ND.t().matmul(Largest(images_NN)), dim: 0));
    }

    // eigh sorts by increasing variance.
    private static Tensor Largest(Tensor axes) => axes.narrow(1, axes.shape[1] - 2, 2).flip(1);
}

/// <summary>A test image that the student misclassifies.</summary>
/// <param name="Image">Index of the test image.</param>
/// <param name="Label">The true class.</param>
/// <param name="Prediction">The predicted class.</param>
/// <param name="Probability">The predicted probability of that class.</param>
internal sealed record MisclassifiedImage(int Image, int Label, int Prediction, double Probability);
