using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Benchmarks.Device;

// N images, C channels, H height, W width

/// <summary>The product's labeling: a classifier in inference form, in bf16, on images in the device's memory.</summary>
internal sealed class ProductLabeling : IDisposable
{
    public const int Classes = 1000;

    private readonly DeviceScale _scale;
    private readonly Compute _compute;
    private readonly ResNet _network;
    private readonly IInferenceModule _folded;
    private readonly Tensor _images_NCHW;

    public ProductLabeling(string architecture, DeviceScale scale, Compute compute)
    {
        (_scale, _compute) = (scale, compute);
        _network = ResNet.Create(
            new NetworkOptions(Architecture.All[architecture], scale.Width, Stem.ImageNet), 3, Classes, compute, RandomKey.FromSeed(0));
        _network.eval();
        _folded = InferenceNetwork.Create(_network, compute);
        using var scope = NewDisposeScope();
        var (images, size) = (scale.Views[architecture], scale.ImageSize);
        _images_NCHW = rand(images, 3, size, size, device: compute.Device).DetachFromDisposeScope();
    }

    public TurnReading Turn() => DeviceClock.Turn(_scale.WarmUp, _scale.Steps, _compute, Batches);

    public void Dispose()
    {
        _images_NCHW.Dispose();
        _folded.Dispose();
        _network.Dispose();
    }

    private long Batches(int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();

            // An alias, because the network disposes of its input.
            _folded.Forward(_images_NCHW.alias());
        }

        return count * _images_NCHW.shape[0];
    }
}
