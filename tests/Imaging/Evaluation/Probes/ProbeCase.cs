using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

/// <summary>Features, of unlike scales and not centered, and labels that no line parts, as make_evaluation.py judged them.</summary>
internal static class ProbeCase
{
    public const int Classes = 4;

    public static Tensor Features() =>
        Pattern.Uniform("probe/features", 150, 6).to(ScalarType.Float64).mul(tensor(new[] { 1, 2, 0.5, 1, 3, 1 })).add(0.5);

    public static Tensor Labels() => GoldenFile.Read("evaluation")["probe/labels"];

    /// <summary>The number of tensors, once those that other tests left to the garbage collector are gone.</summary>
    public static long SettledTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    /// <summary>Three classes around corners of a triangle, far apart for their width.</summary>
    public static (Tensor Z_ND, Tensor Labels_N) Separable(int images)
    {
        var labels_N = arange(images, ScalarType.Int64).remainder(3);
        var corner_ND = tensor(new[] { 0f, 3, 3, 0, -3, -3 }, [3, 2]).index_select(0, labels_N);
        return (Pattern.Uniform("separable", images, 2).add(corner_ND), labels_N);
    }
}
