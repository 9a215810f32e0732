using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>A trained classifier of the pipeline: the artifact with its weights, and the network to load them into.</summary>
/// <param name="Artifact">The artifact's name, such as "finetune/weights.safetensors".</param>
/// <param name="Build">Creates the network for numbers of channels and classes. The generator may be null if weights are loaded.</param>
public sealed record ClassifierSource(Artifact Artifact, Func<int, int, Generator?, nn.Module<Tensor, Tensor>> Build)
{
    /// <summary>Further artifacts that the network reads, such as a model from elsewhere.</summary>
    public IReadOnlyList<Artifact> Needs { get; init; } = [];

    /// <summary>Returns a plain ResNet with a classifier.</summary>
    public static ClassifierSource Plain(Artifact artifact, NetworkOptions network) =>
        new(artifact, (channels, classes, generator) => new ResNet(network, channels, classes, generator));

    /// <summary>All artifacts that a stage reads when it loads the network.</summary>
    public IReadOnlyList<Artifact> Inputs => [Artifact, .. Needs];

    /// <summary>Loads the network with its trained weights, on the device and in inference mode. The caller disposes of it.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another network.</exception>
    public nn.Module<Tensor, Tensor> Load(string path, int channels, int classes, Compute compute)
    {
        var network = Build(channels, classes, null);
        Weights.Load(network, path);
        compute.MoveTo(network);
        network.eval();
        return network;
    }
}
