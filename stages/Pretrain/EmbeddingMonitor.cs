// N images, C channels, H height, W width, D features, P outputs of the projection head
using Distill.Imaging.Augmentation;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>
/// Measures during pretraining whether the embeddings are healthy: whether features collapse, and whether the two views of an image move
/// together while images spread out (Wang and Isola 2020). It uses two fixed views of up to 256 fixed images, and no labels.
/// </summary>
internal sealed class EmbeddingMonitor
{
    private const int MaximumImages = 256;

    private readonly ImageBank _bank;
    private readonly AugmentationOptions _views;
    private readonly Compute _compute;
    private readonly (int Image, RandomKey Key)[][] _pairs;

    public EmbeddingMonitor(ImageBank bank, AugmentationOptions views, Compute compute, RandomKey random)
    {
        (_bank, _views, _compute) = (bank, views, compute);
        var key = random.Fold("monitor");
        _pairs = [.. Enumerable.Range(0, 2).Select(view => EvenlySpaced.Indices(bank.Images.Count, MaximumImages)
            .Select(image => (image, key.Fold(image).Fold(view)))
            .ToArray())];
    }

    /// <summary>
    /// Measures <c>spread</c> and <c>effectiveRank</c> of the encoder's features, and <c>alignment</c> and <c>uniformity</c> of the
    /// projections.
    /// </summary>
    public IReadOnlyDictionary<string, double> Measure(ContrastiveNetwork network)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var (first_ND, second_ND) = (Features(network, _pairs[0]), Features(network, _pairs[1]));
        var health = EmbeddingHealth.Measure(first_ND);
        var (first_NP, second_NP) = (
            Inference.Forward(network.Head, first_ND, _compute), Inference.Forward(network.Head, second_ND, _compute));
        return new Dictionary<string, double>
        {
            ["spread"] = health.Spread,
            ["effectiveRank"] = health.EffectiveRank,
            ["alignment"] = EmbeddingHealth.Alignment(first_NP, second_NP),
            ["uniformity"] = EmbeddingHealth.Measure(first_NP).Uniformity,
        };
    }

    private Tensor Features(ContrastiveNetwork network, (int Image, RandomKey Key)[] views)
    {
        using var scope = NewDisposeScope();
        var view_NCHW = _bank.Cut(new ViewBatch([.. views.Select(view => _bank.Draw(view.Image, _views.Crop, view.Key))])
        {
            Operations = _views.Operations,
        });
        return Inference.Forward(network.Encoder, view_NCHW, _compute).MoveToOuterDisposeScope();
    }
}
