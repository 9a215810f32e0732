// N images, C channels, H height, W width, D features, P outputs of the projection head
using Distill.Imaging.Augmentation;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
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
        using var encoder = InferenceNetwork.Create(network.Encoder, _compute);
        using var head = InferenceNetwork.Create(network.Head, _compute);
        var batchSize = Inference.BatchSize(_bank.Images.Shape, _compute, network);
        var (first_ND, second_ND) = (Features(encoder, _pairs[0], batchSize), Features(encoder, _pairs[1], batchSize));
        var health = EmbeddingHealth.Measure(first_ND);
        var (first_NP, second_NP) = (head.Forward(first_ND), head.Forward(second_ND));
        return new Dictionary<string, double>
        {
            ["spread"] = health.Spread,
            ["effectiveRank"] = health.EffectiveRank,
            ["alignment"] = EmbeddingHealth.Alignment(first_NP, second_NP),
            ["uniformity"] = EmbeddingHealth.Measure(first_NP).Uniformity,
        };
    }

    /// <summary>Computes features in batches: all views of large images together would take more memory than training.</summary>
    private Tensor Features(IInferenceModule encoder, (int Image, RandomKey Key)[] views, int batchSize)
    {
        var batches = views.Chunk(batchSize).ToArray();
        return Inference.Forward(encoder, batches.Length, batch => Cut(batches[batch]), _compute);
    }

    private Tensor Cut((int Image, RandomKey Key)[] views) =>
        _bank.Cut(new ViewBatch([.. views.Select(view => _bank.Draw(view.Image, _views.Crop, view.Key))])
        {
            Operations = _views.Operations,
        });
}
