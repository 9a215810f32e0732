using Distill.Learning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

// R rows: an image and a view with shuffled patches in turn; N images, P outputs, D features, C channels, H height, W width of a patch
namespace Distill.Rivals.Pirl;

/// <summary>
/// The network of PIRL: one encoder for images and patches, a dense layer for images, and for patches a dense layer each and one over all
/// of them (section 3.2).
/// </summary>
internal sealed class PirlNetwork : nn.Module<Tensor, Tensor>
{
    private readonly ResNet encoder;
    private readonly Linear image;
    private readonly Linear patch;
    private readonly Linear patches;

    /// <param name="network">The encoder.</param>
    /// <param name="outputs">P.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="generator">Draws the initial weights; null if others replace them.</param>
    public PirlNetwork(NetworkOptions network, int outputs, int channels, Generator? generator)
        : base("pirl")
    {
        encoder = new ResNet(network, channels, classes: null, generator);
        image = nn.Linear(encoder.Features, outputs);
        patch = nn.Linear(encoder.Features, outputs);
        patches = nn.Linear(Patches.Count * outputs, outputs);
        RegisterComponents();
        Initialization.Reset(this, generator);
    }

    /// <summary>x_RCHW → projections, [R, P].</summary>
    public override Tensor forward(Tensor x_RCHW)
    {
        using var scope = NewDisposeScope();
        var rows = x_RCHW.shape[0];
        var images_NP = image.forward(encoder.forward(x_RCHW.slice(0, 0, rows, 2)));
        var features = patch.forward(encoder.forward(Cut(x_RCHW.slice(0, 1, rows, 2))));
        var shuffled_NP = patches.forward(features.view(rows / 2, -1));
        return stack([images_NP, shuffled_NP], 1).flatten(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts each view into its patches: [9 · N, C, H, W], row by row from the top.</summary>
    internal static Tensor Cut(Tensor views)
    {
        var (count, channels) = (views.shape[0], views.shape[1]);
        var (height, width) = (views.shape[2] / Patches.PerSide, views.shape[3] / Patches.PerSide);
        return views.narrow(2, 0, Patches.PerSide * height).narrow(3, 0, Patches.PerSide * width)
            .reshape(count, channels, Patches.PerSide, height, Patches.PerSide, width)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(count * Patches.Count, channels, height, width);
    }
}
