using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>A trained classifier of the pipeline: which artifact holds its weights, and the network they belong to.</summary>
/// <param name="Artifact">Such as "finetune/weights.safetensors".</param>
/// <param name="Build">Makes the network for a number of channels and a number of classes, its weights drawn from the generator.</param>
public sealed record ClassifierSource(string Artifact, Func<int, int, Generator, nn.Module<Tensor, Tensor>> Build)
{
    /// <summary>The stage that trains it.</summary>
    public string Stage => Artifact[..Artifact.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The network with its trained weights, on the device, in inference mode. The caller disposes of it.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or holds another network.</exception>
    public nn.Module<Tensor, Tensor> Load(string path, int channels, int classes, Compute compute)
    {
        using var generator = RandomKey.FromSeed(0).Generator();
        var network = Build(channels, classes, generator);
        Weights.Load(network, path);
        compute.MoveTo(network);
        network.eval();
        return network;
    }
}
