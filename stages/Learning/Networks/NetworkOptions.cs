using Distill.Pipeline.Options;

namespace Distill.Learning.Networks;

/// <summary>The options of a residual network in pipeline.json.</summary>
/// <param name="Architecture">Depth and kind of block.</param>
/// <param name="Width">Factor on the channels of every stage; 1 is the textbook width.</param>
/// <param name="Stem">The layers before the first stage.</param>
/// <param name="SelectiveKernels">
/// Whether to use selective kernels with ResNet-D's stem and shortcuts, as in SimCLRv2's larger networks (section 3.1, table 1).
/// </param>
/// <param name="Normalization">Normalization of the images; null for networks that take images in [0, 1].</param>
public sealed record NetworkOptions(
    Architecture Architecture, double Width, Stem Stem, bool SelectiveKernels = false, Normalization? Normalization = null)
{
    /// <summary>Channels of the 3×3 convolutions of the first stage at width 1.</summary>
    private const int BasePlanes = 64;

    /// <summary>The stems by their names in pipeline.json and config.json.</summary>
    public static readonly IReadOnlyDictionary<string, Stem> StemNames = new Dictionary<string, Stem>
    {
        ["imagenet"] = Stem.ImageNet,
        ["small"] = Stem.Small,
        ["half"] = Stem.Half,
        ["quarter"] = Stem.Quarter,
    };

    /// <summary>The stem's name in pipeline.json and config.json.</summary>
    public string StemName => StemNames.First(s => s.Value == Stem).Key;

    /// <summary>Channels of the 3×3 convolutions of the first stage.</summary>
    public int Planes => Math.Max(1, (int)Math.Round(BasePlanes * Width));

    /// <summary>Length of the pooled feature vector.</summary>
    public int Features => Planes * 8 * Architecture.Expansion;

    /// <summary>Values per pixel of an image, in the largest maps between blocks or after the stem's convolutions.</summary>
    public double ValuesPerPixel
    {
        get
        {
            // Pixels of the image per pixel of a map, before and after the stem's pooling.
            var (convolved, pooled) = Stem switch
            {
                Stem.Small => (1.0, 1.0),
                Stem.Half => (4.0, 4.0),
                _ => (4.0, 16.0),
            };
            return Math.Max(Planes / convolved, Planes * Architecture.Expansion / pooled);
        }
    }

    /// <summary>Reads the block "network": architecture, width, stem, selectiveKernels, mean, deviation.</summary>
    /// <param name="section">The block.</param>
    /// <param name="fallback">The values of absent keys.</param>
    /// <exception cref="UserException">A value is out of range, or does not suit the architecture.</exception>
    public static NetworkOptions Read(JsonSection section, NetworkOptions fallback)
    {
        var options = new NetworkOptions(
            ReadArchitecture(section, fallback.Architecture),
            section.Number("width", fallback.Width, 1.0 / 64, 16, "Multiplier of all channel counts."),
            section.Choice(
                "stem", fallback.StemName, StemNames,
                "First layers. imagenet: 7×7 convolution and pooling, 1/4 of the size. quarter: 3×3 and pooling, 1/4. "
                    + "half: 3×3, 1/2. small: 3×3, the whole size."),
            section.Flag(
                "selectiveKernels", fallback.SelectiveKernels,
                "Selective kernels with the stem and shortcuts of ResNet-D; bottleneck networks only."),
            Normalization.Read(section, fallback.Normalization, "for imported weights that were trained so"));
        return options.SelectiveKernels && !options.Architecture.Bottleneck
            ? throw section.Error("selectiveKernels", $"found true, but {options.Architecture.Name} has no bottleneck blocks")
            : options;
    }

    private static Architecture ReadArchitecture(JsonSection section, Architecture fallback)
    {
        var architecture = section.Choice("architecture", fallback.Name, Architecture.All, "Depth of the ResNet.");
        var blocks = section.OptionalNumbers(
            "blocks", null, 1, 200,
            "Blocks of each of the four stages, for imported networks of another depth. Default: the architecture's.");
        return blocks is null ? architecture
            : blocks.Count == architecture.Blocks.Count && blocks.All(double.IsInteger)
                ? architecture with { Blocks = [.. blocks.Select(count => (int)count)] }
            : throw section.Error("blocks", $"found {string.Join(", ", blocks)}, expected {architecture.Blocks.Count} whole numbers");
    }
}
