using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

/// <summary>Features of different scales that are not centered, with labels that are not separable, as in make_evaluation.py.</summary>
internal static class ProbeCase
{
    public const int Classes = 4;

    public static Tensor Features() =>
        Pattern.Uniform("probe/features", 150, 6).to(ScalarType.Float64).mul(tensor(new[] { 1, 2, 0.5, 1, 3, 1 })).add(0.5);

    public static Tensor Labels() => GoldenFile.Read("evaluation")["probe/labels"];

    /// <summary>Returns the number of tensors after a garbage collection, which frees those of other tests.</summary>
    public static long SettledTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    /// <summary>Returns three separable classes, around the corners of a triangle.</summary>
    public static (Tensor Z_ND, Tensor Labels_N) Separable(int images)
    {
        var labels_N = arange(images, ScalarType.Int64).remainder(3);
        var corner_ND = tensor(new[] { 0f, 3, 3, 0, -3, -3 }, [3, 2]).index_select(0, labels_N);
        return (Pattern.Uniform("separable", images, 2).add(corner_ND), labels_N);
    }
}
