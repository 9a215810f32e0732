using Distill.Learning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, L length of a latent, C channels, H height, W width
namespace Distill.Rivals.BigBiGan;

/// <summary>
/// Makes images from latents: a dense layer for the smallest maps, then blocks that double them, and a convolution to the image's channels.
/// BigGAN's blocks are residual, and scale their batch norms by parts of the latent.
/// </summary>
internal sealed class ImageGenerator : nn.Module<Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly BatchNormalization norm;
    private readonly Sequential blocks;
    private readonly Conv2d image;
    private readonly MapSizes _sizes;

    /// <param name="latent">L.</param>
    /// <param name="width">Channels of the largest maps.</param>
    /// <param name="channels">C.</param>
    /// <param name="sizes">Sizes of the maps.</param>
    /// <param name="generator">Draws the initial weights.</param>
    public ImageGenerator(int latent, int width, int channels, MapSizes sizes, Generator generator)
        : base("image_generator")
    {
        _sizes = sizes;
        var smallest = MapSizes.Channels(width, sizes.Halvings);
        dense = nn.Linear(latent, smallest * sizes.Smallest.Height * sizes.Smallest.Width, hasBias: false);
        norm = new BatchNormalization(smallest);
        blocks = nn.Sequential(Enumerable.Range(0, sizes.Halvings).Reverse().Select(halvings => nn.Sequential(
            nn.Upsample(scale_factor: [2.0, 2.0]),
            nn.Conv2d(MapSizes.Channels(width, halvings + 1), MapSizes.Channels(width, halvings), 3, padding: 1, bias: false),
            new BatchNormalization(MapSizes.Channels(width, halvings)),
            nn.ReLU())));
        image = nn.Conv2d(width, channels, 3, padding: 1, bias: false);
        RegisterComponents();
        Initialization.Reset(this, generator);
    }

    /// <summary>
    /// Number of values per image that its graph keeps: the inputs of batch norms and convolutions, and the outputs of ReLUs.
    /// </summary>
    /// <inheritdoc cref="ImageGenerator(int, int, int, MapSizes, Generator)"/>
    public static long ValuesPerImage(int width, int channels, MapSizes sizes) =>
        2 * MapSizes.Channels(width, sizes.Halvings) * sizes.Pixels(sizes.Halvings)
        + Enumerable.Range(0, sizes.Halvings).Sum(halvings =>
            (MapSizes.Channels(width, halvings + 1) + (2 * MapSizes.Channels(width, halvings))) * sizes.Pixels(halvings))
        + (2 * channels * sizes.Pixels(0));

    /// <summary>z_NL → images in [0, 1], [N, C, H, W], fp32 as those of the dataset.</summary>
    public override Tensor forward(Tensor z_NL)
    {
        using var scope = NewDisposeScope();
        var maps = dense.forward(z_NL).view(z_NL.shape[0], -1, _sizes.Smallest.Height, _sizes.Smallest.Width);
        var largest = blocks.forward(norm.forward(maps).relu());
        return image.forward(largest).narrow(2, 0, _sizes.Height).narrow(3, 0, _sizes.Width)
            .to_type(ScalarType.Float32).sigmoid().MoveToOuterDisposeScope();
    }
}
