using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, L length of a latent, C channels, H height, W width, D features of an image
namespace Distill.Rivals.BigBiGan;

/// <summary>
/// Tells pairs of images and latents apart (Donahue and Simonyan 2019, section 2): scores of the image, of the latent, and of both
/// together.
/// </summary>
internal sealed class PairDiscriminator : nn.Module<Tensor, Tensor, Tensor>
{
    /// <summary>Scores of a pair: s_x, s_z and s_xz.</summary>
    public const int Scores = 3;

    private readonly Sequential images;
    private readonly Sequential latents;
    private readonly Sequential pairs;
    private readonly SpectralLinear imageScore;
    private readonly SpectralLinear latentScore;
    private readonly SpectralLinear pairScore;

    /// <param name="latent">L.</param>
    /// <param name="width">Channels of the largest maps.</param>
    /// <param name="channels">C.</param>
    /// <param name="sizes">Sizes of the maps.</param>
    /// <param name="generator">Draws the initial weights.</param>
    public PairDiscriminator(int latent, int width, int channels, MapSizes sizes, Generator generator)
        : base("pair_discriminator")
    {
        var features = MapSizes.Channels(width, sizes.Halvings);
        images = nn.Sequential([
            new SpectralConvolution(channels, width, generator),
            nn.ReLU(),
            .. Enumerable.Range(0, sizes.Halvings).Select(halvings => nn.Sequential(
                nn.AvgPool2d(2),
                new SpectralConvolution(MapSizes.Channels(width, halvings), MapSizes.Channels(width, halvings + 1), generator),
                nn.ReLU())),
        ]);
        latents = Dense(latent, features, generator);
        pairs = Dense(2 * features, features, generator);
        imageScore = new SpectralLinear(features, 1, generator);
        latentScore = new SpectralLinear(features, 1, generator);
        pairScore = new SpectralLinear(features, 1, generator);
        RegisterComponents();
        Initialization.Reset(this, generator);
    }

    /// <summary>Number of values per image that its graph keeps: the outputs of ReLUs and pools.</summary>
    /// <inheritdoc cref="PairDiscriminator(int, int, int, MapSizes, Generator)"/>
    public static long ValuesPerImage(int width, int channels, MapSizes sizes) =>
        (channels + width) * sizes.Pixels(0)
        + Enumerable.Range(1, sizes.Halvings).Sum(halvings =>
            (MapSizes.Channels(width, halvings - 1) + MapSizes.Channels(width, halvings)) * sizes.Pixels(halvings));

    /// <summary>Images in [0, 1], [N, C, H, W], and z_NL → scores, [N, 3]; high for pairs of the encoder.</summary>
    public override Tensor forward(Tensor x_NCHW, Tensor z_NL)
    {
        using var scope = NewDisposeScope();
        var x_ND = images.forward(x_NCHW.Times(2).Minus(1)).sum([2, 3]);
        var z_ND = latents.forward(z_NL);
        var both_ND = pairs.forward(cat([x_ND, z_ND], 1));
        return cat([imageScore.forward(x_ND), latentScore.forward(z_ND), pairScore.forward(both_ND)], 1).MoveToOuterDisposeScope();
    }

    private static Sequential Dense(int inputs, int outputs, Generator generator) => nn.Sequential(
        new SpectralLinear(inputs, outputs, generator), nn.ReLU(), new SpectralLinear(outputs, outputs, generator), nn.ReLU());
}
