using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation.Operations;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Augmentation;

/// <summary>The list of augmentations that makes a view (SimCLR section 3 and appendix A).</summary>
/// <param name="Crop">Random resized crop and flip; null for the whole image.</param>
/// <param name="Operations">Operations on the crop, in this order.</param>
public sealed record AugmentationOptions(CropOptions? Crop, IReadOnlyList<ViewOperation> Operations)
{
    private const string CropName = "crop";

    // The crop is not an operation: it is drawn and cut where images are loaded.
    private static readonly Dictionary<string, (Func<JsonSection, ViewOperation>? Read, string Help)> Readers = new()
    {
        [CropName] = (null, "A random part of the image, scaled to the size of the network's images. Only once, as the first operation."),
        ["flip"] = (Flip.Read, "Mirrors the view left to right."),
        ["jitter"] = (Jitter.Read, "Changes brightness, contrast, saturation and hue, in random order."),
        ["grayscale"] = (Grayscale.Read, "Removes all color."),
        ["blur"] = (Blur.Read, "Gaussian blur."),
        ["cutout"] = (Cutout.Read, "Sets a square to one value."),
        ["rotate"] = (Rotate.Read, "Rotates by 90, 180 or 270 degrees."),
        ["noise"] = (Noise.Read, "Adds Gaussian noise to every pixel."),
        ["shift"] = (Shift.Read, "Moves the view by whole pixels; what comes in is reflected at the border."),
        ["rand-augment"] = (
            RandAugment.Read, "RandAugment as in FixMatch and UDA: operations drawn from a list, then a square without content."),
        ["sobel"] = (Sobel.Read, "Replaces the view by the magnitude of its Sobel gradient."),
    };

    /// <summary>Valid values of <c>operation</c>.</summary>
    public static IReadOnlyCollection<string> Names => Readers.Keys;

    /// <summary>Reads a stage's list of augmentations: one object per operation, which <c>operation</c> names.</summary>
    /// <param name="stage">Block of the stage.</param>
    /// <param name="defaults">Names of the operations to use, with their defaults, if the block has no list.</param>
    /// <exception cref="UserException">An operation is unknown, a value is out of range, or a crop is not the first item.</exception>
    public static AugmentationOptions Read(JsonSection stage, params string[] defaults) =>
        Read(stage, [.. defaults.Select(name => new JsonObject { ["operation"] = name })]);

    /// <param name="stage">Block of the stage.</param>
    /// <param name="defaults">Operations to use if the block has no list.</param>
    /// <inheritdoc cref="Read(JsonSection, string[])"/>
    public static AugmentationOptions Read(JsonSection stage, params JsonObject[] defaults)
    {
        CropOptions? crop = null;
        var operations = new List<ViewOperation>();
        var sections = stage.Sections(
            "augmentations",
            "Operations that make a view, in order. A given list replaces the default as a whole.",
            defaults);
        foreach (var section in sections)
        {
            var (read, help) = section.Choice("operation", "", Readers, "Kind of the operation.");
            section.Describe(help);
            if (read is not null)
            {
                operations.Add(read(section));
            }
            else if (section == sections[0])
            {
                crop = CropOptions.Read(section, defaultArea: 0.08);
            }
            else
            {
                throw section.Error("operation", "found \"crop\" after other operations, expected it once, as the first of the list");
            }
        }

        return new AugmentationOptions(crop, operations);
    }
}
