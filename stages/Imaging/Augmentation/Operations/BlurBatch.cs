// N images, C channels, H height, W width
using System.Runtime.InteropServices;
using Distill.Learning.Arithmetic;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// The batch form of Gaussian blur, with one σ per image. The kernel is an odd tenth of the image's height (SimCLR appendix A).
/// <see cref="BlurView"/> is the view form.
/// </summary>
internal static class BlurBatch
{
    /// <summary>Returns the kernel's length: the odd number closest to a tenth of <paramref name="height"/>, and at least 3.</summary>
    public static int KernelSize(int height) => Math.Max(3, height / 10 / 2 * 2 + 1);

    /// <summary>Returns the blurred images, [N, C, H, W]. Borders are reflected.</summary>
    /// <param name="x_NCHW">Floats of any range.</param>
    /// <param name="sigmas">One σ per image, in pixels; 0 leaves the image unchanged.</param>
    public static Tensor Apply(Tensor x_NCHW, ReadOnlySpan<double> sigmas)
    {
        var chosen = new List<long>(sigmas.Length);
        var chosenSigmas = new List<double>(sigmas.Length);
        for (var i = 0; i < sigmas.Length; i++)
        {
            if (sigmas[i] > 0)
            {
                chosen.Add(i);
                chosenSigmas.Add(sigmas[i]);
            }
        }

        if (chosen.Count == sigmas.Length)
        {
            return BlurAll(x_NCHW, sigmas);
        }

        // Wide kernels take long, and half of the images are usually left as they are.
        using var scope = NewDisposeScope();
        var result_NCHW = x_NCHW.clone();
        if (chosen.Count > 0)
        {
            var index = tensor(chosen.ToArray()).OnDevice(x_NCHW.device);
            result_NCHW.index_copy_(0, index, BlurAll(x_NCHW.index_select(0, index), CollectionsMarshal.AsSpan(chosenSigmas)));
        }

        return result_NCHW.MoveToOuterDisposeScope();
    }

    private static Tensor BlurAll(Tensor x_NCHW, ReadOnlySpan<double> sigmas)
    {
        using var scope = NewDisposeScope();
        var radius = KernelSize((int)x_NCHW.shape[2]) / 2;
        var weights = Weights(sigmas, radius, x_NCHW.device);
        using var padded = nn.functional.pad(x_NCHW, [radius, radius, radius, radius], PaddingModes.Reflect);
        using var rows = BlurAlong(padded, 2, radius, weights, x_NCHW.shape[2]);
        return BlurAlong(rows, 3, radius, weights, x_NCHW.shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Applies one direction of the separable kernel as a sum of shifted images. With one kernel per image, a few element-wise
    /// passes are faster than a grouped convolution.
    /// </summary>
    private static Tensor BlurAlong(Tensor x, int dimension, int radius, Tensor[] weights_N111, long length)
    {
        var sum = x.narrow(dimension, radius, length).mul(weights_N111[0]);
        for (var offset = 1; offset <= radius; offset++)
        {
            // A pair is as large as the batch, and wide kernels have many, so each is freed at once.
            using var pair = x.narrow(dimension, radius - offset, length).Plus(x.narrow(dimension, radius + offset, length));
            sum.PlusProduct_(pair, weights_N111[offset]);
        }

        return sum;
    }

    /// <summary>Returns the weights at the distances 0 … radius, each [N, 1, 1, 1]. Each kernel sums to 1.</summary>
    private static Tensor[] Weights(ReadOnlySpan<double> sigmas, int radius, Device device)
    {
        var count = sigmas.Length;
        var weights = Enumerable.Range(0, radius + 1).Select(_ => new float[count]).ToArray();
        var kernel = new float[radius + 1];
        for (var i = 0; i < sigmas.Length; i++)
        {
            FillKernel(sigmas[i], kernel);
            for (var offset = 0; offset <= radius; offset++)
            {
                weights[offset][i] = kernel[offset];
            }
        }

        return [.. weights.Select(w => tensor(w, [w.Length, 1, 1, 1]).OnDevice(device))];
    }

    /// <summary>Fills in the weights at the distances 0 … radius of a kernel that sums to 1.</summary>
    internal static void FillKernel(double sigma, Span<float> weights)
    {
        var total = 0.0;
        for (var offset = 1 - weights.Length; offset < weights.Length; offset++)
        {
            total += Gaussian(offset, sigma);
        }

        for (var offset = 0; offset < weights.Length; offset++)
        {
            weights[offset] = (float)(Gaussian(offset, sigma) / total);
        }
    }

    private static double Gaussian(int offset, double sigma) =>
        offset == 0 ? 1 : sigma == 0 ? 0 : Math.Exp(-0.5 * offset * offset / (sigma * sigma));
}
