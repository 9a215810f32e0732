using Distill.Imaging.Evaluation.Metrics;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Metrics;

/// <summary>Logits and labels, as in make_evaluation.py.</summary>
internal static class EvaluationCase
{
    public static (Tensor Logits_NK, Tensor Labels_N) Make(string name)
    {
        var (images, classes, present) = name switch
        {
            "seven" => (400, 7, 7),
            "absent" => (90, 9, 5),
            _ => (50, 3, 3),
        };
        var labels_N = tensor(Enumerable.Range(0, images).Select(i => (long)(i * 7 % 11 % present)).ToArray());
        var logits_NK = Pattern.Uniform($"{name}/logits", images, classes).mul(4).to(ScalarType.Float64);
        return (logits_NK.add(nn.functional.one_hot(labels_N, classes).mul(1.5)), labels_N);
    }

    public static Outcomes Outcomes(string name)
    {
        var (logits_NK, labels_N) = Make(name);
        return global::Distill.Imaging.Evaluation.Metrics.Outcomes.FromLogits(logits_NK, labels_N);
    }
}
