using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// The linear probe of SimCLR's linear evaluation (appendix B.6) on features that were computed once: mean cross entropy, Nesterov
/// momentum, no decay, a cosine rate, from weights of 0, in fp32.
/// </summary>
public static class SgdProbe
{
    /// <param name="z_ND">Features of the training images.</param>
    /// <param name="labels_N">Their classes, int64, on the same device.</param>
    /// <param name="classes">K.</param>
    /// <param name="key">Shuffles: epoch e takes the images in the order of <c>key.Fold(e).Permutation(N)</c>.</param>
    /// <param name="options">Epochs, batch and rate.</param>
    /// <param name="report">Called after each epoch with how many are done; may throw to stop.</param>
    public static LinearClassifier Fit(
        Tensor z_ND, Tensor labels_N, int classes, RandomKey key, SgdProbeOptions options, Action<int>? report = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        using var gradients = enable_grad();
        using var scope = NewDisposeScope();
        var features_ND = z_ND.detach().to_type(ScalarType.Float32);
        using var linear = nn.Linear(z_ND.shape[1], classes, device: z_ND.device);
        using var parameters = new FlatParameters(linear);
        Zero(parameters);
        var recipe = new OptimizerOptions(OptimizerKind.Sgd, options.LearningRate, WeightDecay: 0, options.Momentum, Warmup: 0);
        using var optimizer = Optimizer.Create(recipe, parameters);
        var images = (int)z_ND.shape[0];
        var steps = (long)options.Epochs * ((images + options.BatchSize - 1) / options.BatchSize);
        var step = 0L;
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            foreach (var batch in key.Fold(epoch).Permutation(images).Chunk(options.BatchSize))
            {
                using var one = NewDisposeScope();
                var index = tensor(Array.ConvertAll(batch, image => (long)image), device: z_ND.device);
                var logits_BK = linear.forward(features_ND.index_select(0, index));
                parameters.ZeroGradients();
                nn.functional.cross_entropy(logits_BK, labels_N.index_select(0, index)).backward();
                optimizer.Step(step, recipe.Rate(step, steps));
                step++;
            }

            report?.Invoke(epoch + 1);
        }

        return new LinearClassifier(
            linear.weight.detach().clone().MoveToOuterDisposeScope(), linear.bias!.detach().clone().MoveToOuterDisposeScope());
    }

    private static void Zero(FlatParameters parameters)
    {
        using var frozen = no_grad();
        parameters.Values.zero_();
    }
}
