using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Diagnostics;

/// <summary>Compares the logits of a network in its form for inference with those of the network itself in fp64.</summary>
internal static class InferenceCheck
{
    private const int Channels = 3;
    private const int Classes = 10;

    private static readonly NetworkOptions Options = new(Architecture.ResNet50, 0.125, Stem.Half);

    /// <summary>Returns the relative error of the logits.</summary>
    public static double Error(Compute compute, RandomKey random)
    {
        using var frozen = no_grad();
        using var network = ResNet.Create(Options, Channels, Classes, new Compute(CPU, Bf16: false), random);
        var images_NCHW = Noise.Of(random.Fold("images"), ScalarType.Float32, 32, Channels, 32, 32).sigmoid();
        // Gives the batch norms running statistics of activations, as in a trained network.
        network.train();
        network.forward(images_NCHW).Dispose();
        network.eval();
        network.to(ScalarType.Float64);
        var exact = network.forward(images_NCHW.to_type(ScalarType.Float64));
        network.to(ScalarType.Float32);
        compute.MoveTo(network);
        using var inference = InferenceNetwork.Create(network, compute);
        return Difference.Relative(inference.Forward(images_NCHW.to(compute.Device)), exact);
    }
}
