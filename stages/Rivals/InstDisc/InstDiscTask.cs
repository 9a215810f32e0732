// B images of a step, N images in all, P outputs of the projection
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.InstDisc;

/// <summary>
/// Instance discrimination (Wu et al. 2018, arXiv:1805.01978, equations 1 and 2): every image is a class of its own. A bank holds a
/// projection of each image, and the softmax over all of them is exact, so neither noise-contrastive estimation nor its constant is needed.
/// </summary>
internal sealed class InstDiscTask : TrainingTask, IDisposable
{
    private readonly ContrastiveNetwork _network;
    private readonly ImageBank _images;
    private readonly InstDiscOptions _options;
    private readonly Compute _compute;
    private readonly BatchPlan _batches;
    private readonly ViewLoader _loader;
    private readonly Tensor _bank_NP;
    private Tensor? _projections_BP;

    /// <param name="network">The network to train, on its device.</param>
    /// <param name="images">The training images.</param>
    /// <param name="options">Augmentations, temperature, steps and batch size.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="random">Key of the stage.</param>
    public InstDiscTask(ContrastiveNetwork network, ImageBank images, InstDiscOptions options, Compute compute, RandomKey random)
    {
        (_network, _images, _options, _compute) = (network, images, options, compute);
        _batches = new BatchPlan(random, images.Images.Count, options.Training.BatchSize);
        _loader = new ViewLoader(images, PlanOf, options.Training.Steps);
        RandomKey[] entries = [.. Enumerable.Range(0, images.Images.Count).Select(image => random.Fold("bank").Fold(image))];
        using var scope = NewDisposeScope();
        _bank_NP = nn.functional.normalize(RandomNormals.Draw(entries, options.Output, compute.Device), dim: 1).DetachFromDisposeScope();

        ViewBatch PlanOf(long step) =>
            new([.. _batches.At(step).Select(sample => images.Draw(sample.Index, options.Augmentations.Crop, sample.View(random, 0)))])
            {
                Operations = options.Augmentations.Operations,
            };
    }

    public override nn.Module<Tensor, Tensor> Network => _network;

    public override int ItemsPerStep => _options.Training.BatchSize;

    public override IReadOnlyDictionary<string, Tensor> ExtraState => new Dictionary<string, Tensor> { ["bank"] = _bank_NP };

    public override nn.Module<Tensor, Tensor> NewReplica() =>
        ContrastiveNetwork.Create(_options.Network, _options.Head, _images.Images.Shape.Channels, _compute, random: null);

    public override double EpochOf(long step) => _batches.EpochsAfter(step);

    public override StepInputs Inputs(long step, BatchShare share) => _loader.InputsAt(step, share);

    /// <summary>The cross entropy of finding each view's image among all images of the bank.</summary>
    public override Tensor Loss(long step, Tensor outputs)
    {
        using var scope = NewDisposeScope();
        var unit_BP = nn.functional.normalize(outputs, dim: 1);
        _projections_BP?.Dispose();
        _projections_BP = unit_BP.detach().DetachFromDisposeScope();
        var logits_BN = unit_BP.mm(_bank_NP.t()).Over_(_options.Temperature);
        return nn.functional.cross_entropy(logits_BN, ImagesOf(step)).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of guessing among all images.</summary>
    public override double? ChanceLoss(long step) => Math.Log(_images.Images.Count);

    /// <summary>Moves the entries of the step's images toward their projections, and gives them length 1 again.</summary>
    public override void AfterStep(long step)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var images_B = ImagesOf(step);
        var kept_BP = _bank_NP.index_select(0, images_B).Times(_options.Momentum);
        var moved_BP = kept_BP.Plus(_projections_BP!.Times(1 - _options.Momentum));
        // An image that is twice in a step, at the border of two epochs, keeps one of its projections.
        _bank_NP.index_copy_(0, images_B, nn.functional.normalize(moved_BP, dim: 1));
    }

    public void Dispose()
    {
        _loader.Dispose();
        _bank_NP.Dispose();
        _projections_BP?.Dispose();
    }

    private Tensor ImagesOf(long step) => tensor([.. _batches.At(step).Select(sample => (long)sample.Index)]).OnDevice(_compute.Device);
}
