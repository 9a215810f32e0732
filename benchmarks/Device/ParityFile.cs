using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>
/// A ResNet-50's weights, a batch, and the product's loss and gradients of it, in a file that pytorch/parity.py compares with what
/// torchvision's network makes of the same weights and batch.
/// </summary>
internal static class ParityFile
{
    private const int Images = 16;
    private const int Classes = 1000;

    /// <param name="path">Where to write.</param>
    /// <param name="scale">Width and image size.</param>
    /// <param name="compute">Device and precision.</param>
    /// <param name="type">Type of weights and images: fp32, or fp64 where the arithmetic is compared to the last digits.</param>
    public static void Write(string path, DeviceScale scale, Compute compute, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.Of(new NetworkOptions(Architecture.ResNet50, scale.Width, Stem.ImageNet), 3, Classes, compute, RandomKey.FromSeed(0));
        using (no_grad())
        {
            // The last scale of each block starts at zero, which would leave its branch out of the comparison.
            foreach (var scale_D in network.parameters().Where(parameter => parameter.max().ReadDouble() == 0 && parameter.min().ReadDouble() == 0))
            {
                scale_D.copy_(NewTensors.FullLike(scale_D, 0.2, ScalarType.Float32));
            }
        }

        network.train();
        network.to(type);
        var saved = network.state_dict().ToDictionary(entry => "weights." + entry.Key, entry => entry.Value.detach().cpu().clone());
        // Patches under noise: of noise alone all features would be alike, and batch norms would enlarge their rounding.
        var images_NCHW = Noise(1, 4).repeat_interleave(scale.ImageSize / 4, 2).repeat_interleave(scale.ImageSize / 4, 3).Times(2)
            .Plus(Noise(2, scale.ImageSize)).sigmoid().to_type(type).to(compute.Device);
        var labels_N = NewTensors.Range(Images, compute.Device).Times_(61L).Modulo_(Classes);
        Tensor loss;
        using (compute.BeginAutocast())
        {
            loss = nn.functional.cross_entropy(network.forward(images_NCHW).to_type(type), labels_N);
        }

        loss.backward();
        (saved["images"], saved["labels"], saved["loss"]) = (images_NCHW.cpu(), labels_N.cpu(), loss.detach().cpu().view(1));
        foreach (var (name, parameter) in network.named_parameters())
        {
            saved["gradients." + name] = parameter.grad!.cpu();
        }

        using var file = File.Create(path);
        SafetensorsFile.Write(file, saved, null);
    }

    private static Tensor Noise(long seed, int size) =>
        RandomNormals.Draw([RandomKey.FromSeed(seed)], Images * 3 * size * size, CPU).view(Images, 3, size, size);
}
