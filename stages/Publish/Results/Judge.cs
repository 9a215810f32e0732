using Stages.Imaging.Datasets;
using Stages.Imaging.Evaluation;
using Stages.Imaging.Loading;
using Stages.Learning.Arithmetic;
using Stages.Learning.Networks;
using Stages.Learning.Training;
using static TorchSharp.torch;

namespace Stages.Publish.Results;

/// <summary>Asks classifiers for their opinion of every test image; opens the training images only for those that vote with them.</summary>
/// <param name="test">The images to classify.</param>
/// <param name="train">The images that may vote.</param>
/// <param name="settings">Device and loader threads; figures are measured in fp32.</param>
internal sealed class Judge(ImageSet test, ImageSet train, RunSettings settings) : IDisposable
{
    private readonly ImageBank _test = ImageBank.Open(test, settings.Compute.Device, settings.LoaderThreads);
    private readonly Lazy<ImageBank> _train = new(() => ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads));
    private readonly int[] _all = [.. Enumerable.Range(0, test.Count)];

    /// <summary>The test images' classes: [N].</summary>
    public Tensor Labels() => _test.Labels(_all);

    /// <summary>Logits of all test images, [N, K], fp32; of a vote, the logarithm of each class's share.</summary>
    /// <param name="network">The contestant's network.</param>
    /// <param name="neighbours">Set for a vote among the features of the network's encoder.</param>
    /// <param name="voters">Training images that vote.</param>
    public Tensor Logits(nn.Module<Tensor, Tensor> network, NeighbourOptions? neighbours, IReadOnlyList<int> voters)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        if (neighbours is null)
        {
            return Inference.Run(network, _test, _all, settings.Compute.Exact).MoveToOuterDisposeScope();
        }

        var encoder = ((FineTunedNetwork)network).Encoder;
        var votes_NK = NearestNeighbours.Votes(
            Inference.Run(encoder, _train.Value, voters, settings.Compute.Exact),
            _train.Value.Labels(voters),
            Inference.Run(encoder, _test, _all, settings.Compute.Exact),
            test.ClassNames.Count,
            neighbours);
        // A class without a vote keeps a finite logit.
        return votes_NK.AtLeast(float.Epsilon).log().MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _test.Dispose();
        if (_train.IsValueCreated)
        {
            _train.Value.Dispose();
        }
    }
}
