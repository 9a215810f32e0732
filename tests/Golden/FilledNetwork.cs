using Distill.Learning.Networks;
using static TorchSharp.torch;

namespace Tests.Golden;

/// <summary>
/// Creates classifiers with closed-form parameters and buffers, as after training. In a new network, each block is only its shortcut.
/// </summary>
internal static class FilledNetwork
{
    /// <summary>Creates a network in inference mode.</summary>
    public static ResNet Of(string architecture, double width, Stem stem, bool selective, int channels, int classes)
    {
        using var generator = new Generator(1);
        var network = new ResNet(new NetworkOptions(Architecture.All[architecture], width, stem, selective), channels, classes, generator);
        Pattern.Fill(network);
        network.eval();
        return network;
    }
}
