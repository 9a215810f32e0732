// N images, C channels, H height, W width
using Distill.Imaging.Augmentation.Operations.Pictures;
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// RandAugment (Cubuk et al. 2020, arXiv:1909.13719) as FixMatch and UDA run it on small images: some operations of a list, each with a
/// level drawn from 1 to 9, then a square without content (cutout). Values are rounded to 8 bits, and the operations give the bytes of
/// Pillow.
/// </summary>
/// <remarks>On a GPU, views are changed on the CPU, one after another.</remarks>
/// <param name="Probability">Probability that a view is changed; 1 in both programs.</param>
/// <param name="Policy">The list of operations.</param>
/// <param name="Layers">Operations that are drawn per view, with replacement; 2 in both programs.</param>
/// <param name="ProbabilityEach">
/// Probability that a drawn operation is applied. It is 0.5 in both programs, which neither paper says.
/// </param>
/// <param name="CutoutSize">Side of the square relative to the shorter side; 0.5 in both programs, 0 for none.</param>
/// <param name="Fill">Value of empty pixels: those of the square, and those that are moved in from outside; 0.5 in FixMatch.</param>
internal sealed record RandAugment(
    double Probability, RandAugmentPolicy Policy, int Layers, double ProbabilityEach, double CutoutSize, double Fill)
    : ViewOperation(Probability), ISingleView
{
    /// <summary>Levels are 1 to 9, of at most 10.</summary>
    private const int Levels = 9;

    private const double LargestLevel = 10;

    /// <summary>Side of the images that translations were chosen for.</summary>
    private const double UsualSide = 32;

    private const string KeyName = "rand-augment";

    public static RandAugment Read(JsonSection section) => new(
        section.Number("probability", 1, 0, 1, ProbabilityHelp),
        section.Choice("policy", "fixmatch", RandAugmentPolicy.All, "The operations to draw from."),
        section.Integer("layers", 2, 1, 16, "Operations that are drawn per view, with replacement."),
        section.Number("probabilityEach", 0.5, 0, 1, "Probability that a drawn operation is applied."),
        section.Number("cutoutSize", 0.5, 0, 1, "Side of the square at the end, as a fraction of the shorter side; 0 for none."),
        section.Number("fill", 0.5, 0, 1, "Value of empty pixels, from 0 (black) to 1 (white)."));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var (channels, height, width) = ((int)x_NCHW.shape[1], (int)x_NCHW.shape[2], (int)x_NCHW.shape[3]);
        var values = x_NCHW.contiguous().ReadAll<float>();
        for (var i = 0; i < views.Length; i++)
        {
            var length = channels * height * width;
            Change(new ViewSpan(values.AsSpan(i * length, length), channels, height, width), views[i]);
        }

        return tensor(values, x_NCHW.shape).OnDevice(x_NCHW.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        var own = key.Fold(KeyName);
        if (own.Uniform(0) >= Probability)
        {
            return;
        }

        var picture = new Picture(view.Values, view.Channels, view.Height, view.Width);
        for (var layer = 1; layer <= Layers; layer++)
        {
            var draws = own.Fold(layer);
            var operation = Policy.Operations[draws.Below(0, Policy.Operations.Count)];
            if (draws.Uniform(1) < ProbabilityEach)
            {
                Apply(picture, operation, 1 + draws.Below(2, Levels), draws.Uniform(3) < 0.5, draws);
            }
        }

        Cut(picture, (int)Math.Round(CutoutSize * Math.Min(view.Height, view.Width)), own);
        picture.Write(view.Values, (float)Fill);
    }

    /// <summary>Applies one operation.</summary>
    /// <param name="picture">The picture, changed in place.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="level">Strength, 1 to 9.</param>
    /// <param name="negative">Direction of what has one.</param>
    /// <param name="key">Draws the place of a cutout.</param>
    internal static void Apply(Picture picture, PictureOperation operation, int level, bool negative, RandomKey key)
    {
        var sign = negative ? -1 : 1;
        switch (operation)
        {
            case PictureOperation.Identity:
                break;
            case PictureOperation.AutoContrast:
                Tones.AutoContrast(picture);
                break;
            case PictureOperation.Equalize:
                Tones.Equalize(picture);
                break;
            case PictureOperation.Invert:
                Tones.Invert(picture);
                break;
            case PictureOperation.Posterize:
                Tones.Posterize(picture, 4 - Whole(level, 4));
                break;
            case PictureOperation.Solarize:
                Tones.Solarize(picture, 256 - Whole(level, 256));
                break;
            case PictureOperation.Color:
                Blends.Color(picture, Factor(level));
                break;
            case PictureOperation.Contrast:
                Blends.Contrast(picture, Factor(level));
                break;
            case PictureOperation.Brightness:
                Blends.Brightness(picture, Factor(level));
                break;
            case PictureOperation.Sharpness:
                Blends.Sharpness(picture, Factor(level));
                break;
            case PictureOperation.Rotate:
                Shapes.Rotate(picture, sign * Whole(level, 30));
                break;
            case PictureOperation.ShearX:
                Shapes.ShearX(picture, sign * Part(level, 0.3));
                break;
            case PictureOperation.ShearY:
                Shapes.ShearY(picture, sign * Part(level, 0.3));
                break;
            case PictureOperation.TranslateX:
                Shapes.Translate(picture, sign * Pixels(level, picture.Width), 0);
                break;
            case PictureOperation.TranslateY:
                Shapes.Translate(picture, 0, sign * Pixels(level, picture.Height));
                break;
            case PictureOperation.Cutout:
                Cut(picture, (int)Math.Round(2 * level * Math.Min(picture.Height, picture.Width) / UsualSide), key);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "unknown operation");
        }
    }

    private static void Cut(Picture picture, int side, RandomKey key)
    {
        var place = key.Fold("cutout");
        picture.Cut(place.Below(0, picture.Height), place.Below(1, picture.Width), side);
    }

    private static double Part(int level, double largest) => level * largest / LargestLevel;

    private static int Whole(int level, int largest) => (int)Part(level, largest);

    private static double Factor(int level) => Part(level, 1.8) + 0.1;

    private static int Pixels(int level, int side) => (int)Math.Round(level * side / UsualSide);
}
