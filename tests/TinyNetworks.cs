using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests;

/// <summary>Networks for <see cref="TinyDataset"/>, and files of their weights.</summary>
internal static class TinyNetworks
{
    public static readonly Artifact PretrainedArtifact = new("pretrain", "weights.safetensors");

    public static readonly HeadOptions Head = new(3, 8);

    /// <summary>A classifier on the encoder or on a layer of its head.</summary>
    public static ClassifierSource FineTuned(string stage, int fromLayer) => new(
        new Artifact(stage, "weights.safetensors"),
        (channels, classes, generator) => new FineTunedNetwork(TinyDataset.Network, Head, fromLayer, channels, classes, generator));

    /// <summary>A plain ResNet.</summary>
    public static ClassifierSource Student(string stage) => new(
        new Artifact(stage, "weights.safetensors"),
        (channels, classes, generator) => new ResNet(TinyDataset.Network, channels, classes, generator));

    /// <summary>Writes a pretrained encoder with its head, whose weights are closed forms.</summary>
    public static string WritePretrained(TempFolder folder, string name = "pretrained.safetensors")
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var network = new ContrastiveNetwork(TinyDataset.Network, Head, channels: 1, generator);
        return Write(folder, name, network);
    }

    /// <summary>Writes a classifier whose weights are closed forms.</summary>
    public static string Write(TempFolder folder, string name, ClassifierSource source)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var network = source.Build(1, TinyDataset.Classes, generator);
        return Write(folder, name, network);
    }

    /// <summary>Asserts that two files contain the same bits under corresponding names.</summary>
    /// <param name="expected">Path of the first file.</param>
    /// <param name="actual">Path of the second file.</param>
    /// <param name="nameOf">Maps a name in the second file to the first file; null for a name to skip.</param>
    public static void AssertSameWeights(string expected, string actual, Func<string, string?> nameOf)
    {
        using var scope = NewDisposeScope();
        var source = SafetensorsFile.Read(expected);
        var compared = 0;
        foreach (var (name, value) in SafetensorsFile.Read(actual))
        {
            if (nameOf(name) is { } other)
            {
                Close.Exactly(source[other], value);
                compared++;
            }
        }

        Assert.True(compared > 0, "no tensor was compared");
    }

    private static string Write(TempFolder folder, string name, nn.Module network)
    {
        Pattern.Fill(network);
        using var file = File.Create(folder[name]);
        Weights.Save(network, file);
        return folder[name];
    }
}
