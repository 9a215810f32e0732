using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Evaluate;

/// <summary>Asks classifiers for their opinion of every test image; opens the training images only for those that vote with them.</summary>
/// <param name="test">The images to classify.</param>
/// <param name="train">The images that may vote.</param>
/// <param name="settings">Device and loader threads; figures are measured in fp32.</param>
/// <param name="cancellation">Looked at after every batch.</param>
internal sealed class Evaluator(ImageSet test, ImageSet train, RunSettings settings, CancellationToken cancellation) : IDisposable
{
    private readonly ImageBank _test = ImageBank.Open(test, settings.Compute.Device, settings.LoaderThreads);
    private readonly Lazy<ImageBank> _train = new(() => ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads));
    private readonly int[] _all = [.. Enumerable.Range(0, test.Count)];
    private (string Artifact, Tensor Voters_ND, Tensor Test_QD)? _features;

    /// <summary>The test images' classes: [N].</summary>
    public Tensor Labels() => _test.Labels(_all);

    /// <summary>Logits of all test images, [N, K], fp32; of a vote, the logarithm of each class's share.</summary>
    /// <param name="contestant">Whom to ask.</param>
    /// <param name="network">The contestant's network.</param>
    /// <param name="voters">Training images that vote, where neighbors do.</param>
    public Tensor Logits(Candidate contestant, nn.Module<Tensor, Tensor> network, IReadOnlyList<int> voters)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        if (contestant.Neighbors is not { } neighbors)
        {
            return Run(network, _test, _all).MoveToOuterDisposeScope();
        }

        if (_features?.Artifact != contestant.Source.Artifact)
        {
            // Both conventions vote among the same features.
            Forget();
            var encoder = ((FineTunedNetwork)network).Encoder;
            _features = (
                contestant.Source.Artifact,
                Run(encoder, _train.Value, voters).DetachFromDisposeScope(),
                Run(encoder, _test, _all).DetachFromDisposeScope());
        }

        var (_, voters_ND, test_QD) = _features!.Value;
        var votes_NK = NearestNeighbors.Votes(voters_ND, _train.Value.Labels(voters), test_QD, test.ClassNames.Count, neighbors);
        // A class without a vote keeps a finite logit.
        return votes_NK.AtLeast(float.Epsilon).log().MoveToOuterDisposeScope();
    }

    private Tensor Run(nn.Module<Tensor, Tensor> network, ImageBank bank, IReadOnlyList<int> images) =>
        Inference.Run(network, bank, images, settings.Compute.InFp32, _ => cancellation.ThrowIfCancellationRequested());

    private void Forget()
    {
        _features?.Voters_ND.Dispose();
        _features?.Test_QD.Dispose();
        _features = null;
    }

    public void Dispose()
    {
        Forget();
        _test.Dispose();
        if (_train.IsValueCreated)
        {
            _train.Value.Dispose();
        }
    }
}
