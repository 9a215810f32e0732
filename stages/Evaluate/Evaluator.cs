// N images, D features, Q queries, K classes
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.Evaluate;

/// <summary>Computes the logits of classifiers on all test images. It opens the training images only for kNN.</summary>
/// <param name="test">The images to classify.</param>
/// <param name="train">The images that may vote.</param>
/// <param name="settings">Device and loader threads; the arithmetic is fp32.</param>
/// <param name="cancellation">Checked after every batch.</param>
internal sealed class Evaluator(ImageSet test, ImageSet train, RunSettings settings, CancellationToken cancellation) : IDisposable
{
    private readonly ImageBank _test = ImageBank.Open(test, settings.Compute.Device, settings.LoaderThreads);
    private readonly Lazy<ImageBank> _train = new(() => ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads));
    private readonly int[] _all = [.. Enumerable.Range(0, test.Count)];
    private Features? _features;

    /// <summary>Returns the classes of the test images: [N].</summary>
    public Tensor Labels() => _test.Labels(_all);

    /// <summary>Computes the logits of all test images: [N, K] in fp32. For kNN, these are the logarithms of the classes' votes.</summary>
    /// <param name="candidate">The classifier.</param>
    /// <param name="network">The network of the classifier.</param>
    /// <param name="voters">The training images that vote in kNN.</param>
    public Tensor Logits(Candidate candidate, nn.Module<Tensor, Tensor> network, Voters voters)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        if (candidate.Neighbors is not { } neighbors)
        {
            return Run(network, _test, _all).MoveToOuterDisposeScope();
        }

        // Both kNN conventions use the same features.
        if (_features?.Artifact != candidate.Source.Artifact || !_features.Voters.SequenceEqual(voters.Images))
        {
            Forget();
            var encoder = ((FineTunedNetwork)network).Encoder;
            _features = new Features(
                candidate.Source.Artifact,
                voters.Images,
                Inference.RunToHost(encoder, _train.Value, voters.Images, settings.Compute.InFp32, StopIfCanceled).DetachFromDisposeScope(),
                Run(encoder, _test, _all).DetachFromDisposeScope());
        }

        var votes_NK = NearestNeighbors.Votes(
            _features.Voters_ND,
            tensor(voters.Classes).OnDevice(settings.Compute.Device),
            _features.Test_QD,
            test.ClassNames.Count,
            neighbors);
        // A class without a vote keeps a finite logit.
        return votes_NK.AtLeast(float.Epsilon).log().MoveToOuterDisposeScope();
    }

    private Tensor Run(nn.Module<Tensor, Tensor> network, ImageBank bank, IReadOnlyList<int> images) =>
        Inference.Run(network, bank, images, settings.Compute.InFp32, StopIfCanceled);

    private void StopIfCanceled(int done) => cancellation.ThrowIfCancellationRequested();

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

    /// <summary>Features of an encoder.</summary>
    private sealed record Features(Artifact Artifact, IReadOnlyList<int> Voters, Tensor Voters_ND, Tensor Test_QD);
}
