using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

// N images, C channels, H height, W width, D features

/// <summary>
/// Writes a ResNet-50's weights, a batch, and the product's loss and gradients to a file. The program pytorch/parity.py compares them with
/// those of torchvision's network with the same weights and batch.
/// </summary>
internal static class ParityFile
{
    private const int Images = 16;
    private const int Classes = 1000;

    /// <summary>Writes the file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="scale">Width and image size.</param>
    /// <param name="compute">Device and precision.</param>
    /// <param name="type">Type of weights and images: fp32, or fp64 to compare the arithmetic to the last digits.</param>
    public static void Write(string path, DeviceScale scale, Compute compute, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.Create(
            new NetworkOptions(Architecture.ResNet50, scale.Width, Stem.ImageNet), 3, Classes, compute, RandomKey.FromSeed(0));
        using (no_grad())
        {
            // The last scale of each block is initialized to 0, which would exclude its branch from the comparison.
            foreach (var scale_D in network.parameters().Where(IsZero))
            {
                scale_D.copy_(NewTensors.FullLike(scale_D, 0.2, ScalarType.Float32));
            }
        }

        network.train();
        network.to(type);
        var saved = network.state_dict().ToDictionary(entry => "weights." + entry.Key, entry => entry.Value.detach().cpu().clone());

        // Patches plus noise. Noise alone would give nearly equal features, and batch norms would amplify their rounding.
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

    private static bool IsZero(Tensor parameter) => parameter.max().ReadDouble() == 0 && parameter.min().ReadDouble() == 0;

    private static Tensor Noise(long seed, int size) =>
        RandomNormals.Draw([RandomKey.FromSeed(seed)], Images * 3 * size * size, CPU).view(Images, 3, size, size);
}
