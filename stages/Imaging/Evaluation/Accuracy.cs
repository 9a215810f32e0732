// N images, K classes
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation;

/// <summary>Measures top-1 accuracy.</summary>
public static class Accuracy
{
    /// <summary>Returns the percentage of a bank's images whose largest logit is that of their label.</summary>
    public static double Top1(nn.Module<Tensor, Tensor> classifier, ImageBank bank, Compute compute)
    {
        using var scope = NewDisposeScope();
        var all = Enumerable.Range(0, bank.Images.Count).ToArray();
        var logits_NK = Inference.Run(classifier, bank, all, compute);
        return Top1(logits_NK, bank.Labels(all));
    }

    /// <summary>Returns the percentage of rows whose largest logit is that of their label.</summary>
    public static double Top1(Tensor logits_NK, Tensor labels_N)
    {
        using var scope = NewDisposeScope();
        return 100 * logits_NK.argmax(1).eq(labels_N).to_type(ScalarType.Float64).mean().ReadDouble();
    }
}
