using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, C channels, D features, Y and X places of a patch, T outputs per patch
namespace Distill.Rivals.Cpc;

/// <summary>
/// The network of CPC v2: an encoder of patches, and for each of four directions a context network over the grid of patches, from which a
/// dense layer predicts patches farther on. Batch norm sees the patches of one place of all images at a time, so that its statistics tell
/// nothing of an image's other patches; the paper has layer norm for this reason.
/// </summary>
internal sealed class CpcNetwork : nn.Module<Tensor, Tensor>
{
    /// <summary>From above, and from the three other sides.</summary>
    public const int Directions = 4;

    // The paper's factor of predictions.
    private const double Scale = 0.1;

    private readonly ResNet encoder;
    private readonly Linear target;
    private readonly ModuleList<RowContext> contexts;
    private readonly ModuleList<Linear> predictions;

    /// <param name="network">The encoder.</param>
    /// <param name="outputs">T.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="generator">Draws the initial weights; null if others replace them.</param>
    public CpcNetwork(NetworkOptions network, int outputs, int channels, Generator? generator)
        : base("cpc")
    {
        encoder = new ResNet(network, channels, classes: null, generator);
        target = nn.Linear(encoder.Features, outputs);
        contexts = nn.ModuleList([.. Enumerable.Range(0, Directions).Select(_ => new RowContext(encoder.Features))]);
        predictions = nn.ModuleList([.. Enumerable.Range(0, Directions).Select(_ => nn.Linear(encoder.Features, outputs))]);
        RegisterComponents();
        Initialization.Reset(this, generator);
    }

    /// <summary>
    /// x_NCHW → for each image the targets of its patches, then the predictions from each direction at every place of the turned grid:
    /// [N, 5 · Y · X · T].
    /// </summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var patches = PatchGrid.Cut(x_NCHW);
        Tensor[] features_ND =
        [
            .. Enumerable.Range(0, PatchGrid.PerSide * PatchGrid.PerSide).Select(place => encoder.forward(
                patches.select(2, place / PatchGrid.PerSide).select(2, place % PatchGrid.PerSide).contiguous())),
        ];
        var features_NYXD = stack(features_ND, 1).view(x_NCHW.shape[0], PatchGrid.PerSide, PatchGrid.PerSide, -1);
        List<Tensor> outputs = [target.forward(features_NYXD).flatten(1)];
        for (var direction = 0; direction < Directions; direction++)
        {
            var turned_NDYX = features_NYXD.rot90(direction, (1, 2)).permute(0, 3, 1, 2).contiguous();
            var context_NYXD = contexts[direction].forward(turned_NDYX).permute(0, 2, 3, 1);
            outputs.Add(predictions[direction].forward(context_NYXD).Times(Scale).flatten(1));
        }

        return cat(outputs, 1).MoveToOuterDisposeScope();
    }
}
