using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>What the task of an encoder is made from.</summary>
/// <param name="Network">The network, on the device; owned by the caller.</param>
/// <param name="CreateReplica">Creates another network of the same architecture on the same device.</param>
/// <param name="Views">The images of each step and their views; owned by the task.</param>
/// <param name="Images">All images; owned by the caller.</param>
/// <param name="Random">Key of the stage.</param>
/// <param name="Compute">Device and arithmetic.</param>
internal sealed record EncoderSetup(
    nn.Module<Tensor, Tensor> Network,
    Func<nn.Module<Tensor, Tensor>> CreateReplica,
    ImageViews Views,
    ImageBank Images,
    RandomKey Random,
    Compute Compute);
