// N images, B images in a mini-batch, D features, K classes
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// The linear probe of SimCLR's linear evaluation (appendix B.6), on features that are computed once. It starts from weights of 0, in
/// fp32, with mean cross entropy, Nesterov momentum, a cosine schedule and no weight decay.
/// </summary>
public static class SgdProbe
{
    /// <summary>Trains a probe.</summary>
    /// <param name="z_ND">Features of the training images, of any floating type; on the CPU, they may be more than a GPU holds.</param>
    /// <param name="scale">Scale that is applied to each batch; null for none.</param>
    /// <param name="labels_N">Classes of the images, int64, on the device that trains.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="key">Key that shuffles: epoch e has the order <c>key.Fold(e).Permutation(N)</c>.</param>
    /// <param name="options">Epochs, batch size, learning rate and momentum.</param>
    /// <param name="report">Called after each epoch with the number done so far; may throw to stop.</param>
    public static LinearClassifier Fit(
        Tensor z_ND,
        FeatureScale? scale,
        Tensor labels_N,
        int classes,
        RandomKey key,
        SgdProbeOptions options,
        Action<int>? report = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        using var gradients = enable_grad();
        using var scope = NewDisposeScope();
        var features_ND = z_ND.detach();
        using var linear = nn.Linear(z_ND.shape[1], classes, device: labels_N.device);
        using var parameters = new FlatParameters(linear);
        Zero(parameters);
        var recipe = new OptimizerOptions(OptimizerKind.Sgd, options.LearningRate, WeightDecay: 0, options.Momentum, WarmupFraction: 0);
        using var optimizer = Optimizer.Create(recipe, parameters);
        var images = (int)z_ND.shape[0];
        var steps = (long)options.Epochs * ((images + options.BatchSize - 1) / options.BatchSize);
        var step = 0L;
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            foreach (var batch in key.Fold(epoch).Permutation(images).Chunk(options.BatchSize))
            {
                using var one = NewDisposeScope();
                var index = tensor(Array.ConvertAll(batch, image => (long)image));
                var raw_BD = features_ND.index_select(0, index.to(z_ND.device)).to(labels_N.device);
                var logits_BK = linear.forward(scale?.Apply(raw_BD) ?? raw_BD.to_type(ScalarType.Float32));
                parameters.ZeroGradients();
                nn.functional.cross_entropy(logits_BK, labels_N.index_select(0, index.to(labels_N.device))).backward();
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

/// <summary>Options of the SGD probe, for features too numerous for L-BFGS.</summary>
/// <param name="Epochs">Number of passes over the images.</param>
/// <param name="BatchSize">Images per step; the last step of an epoch takes the rest.</param>
/// <param name="LearningRate">First learning rate; it falls to 0 along half a cosine.</param>
/// <param name="Momentum">Nesterov momentum, in [0, 1).</param>
public sealed record SgdProbeOptions(int Epochs, int BatchSize, double LearningRate, double Momentum)
{
    /// <summary>SimCLR's linear evaluation (appendix B.6): 90 epochs, rate 0.1 per 256 images of a batch, momentum 0.9.</summary>
    public static readonly SgdProbeOptions Default = new(90, 256, 0.1, 0.9);
}
