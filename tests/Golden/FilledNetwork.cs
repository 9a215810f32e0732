using Distill.Learning.Networks;
using static TorchSharp.torch;

namespace Tests.Golden;

/// <summary>Classifiers whose parameters and buffers are closed forms, as after a training: at first every block is its shortcut.</summary>
internal static class FilledNetwork
{
    /// <summary>One in inference mode.</summary>
    public static ResNet Of(string architecture, double width, Stem stem, bool selective, int channels, int classes)
    {
        using var generator = new Generator(1);
        var network = new ResNet(new NetworkOptions(Architecture.All[architecture], width, stem, selective), channels, classes, generator);
        Pattern.Fill(network);
        network.eval();
        return network;
    }
}
