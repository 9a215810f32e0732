using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation.Operations;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Augmentation;

/// <summary>The composition of augmentations that makes a view (SimCLR section 3 and appendix A).</summary>
/// <param name="Crop">Random resized crop and flip; null takes the whole image.</param>
/// <param name="Operations">What is done to the crop, in this order.</param>
public sealed record ViewOptions(CropOptions? Crop, IReadOnlyList<ViewOperation> Operations)
{
    private const string CropName = "crop";

    // A crop is no operation on a view: it is drawn where images are loaded.
    private static readonly Dictionary<string, Func<JsonSection, ViewOperation>?> Readers = new()
    {
        [CropName] = null,
        ["flip"] = Flip.Read,
        ["jitter"] = Jitter.Read,
        ["grayscale"] = Grayscale.Read,
        ["blur"] = Blur.Read,
        ["cutout"] = Cutout.Read,
        ["rotate"] = Rotate.Read,
        ["noise"] = Noise.Read,
        ["sobel"] = Sobel.Read,
    };

    /// <summary>What <c>operation</c> may be.</summary>
    public static IReadOnlyCollection<string> Names => Readers.Keys;

    /// <summary>Reads the list <c>views</c> of a stage: an object an operation, named by its <c>operation</c>.</summary>
    /// <param name="stage">The stage's block.</param>
    /// <param name="defaults">Names of the operations where no list is given, each with its own defaults.</param>
    /// <exception cref="UserException">An operation is unknown, a value impossible, or a crop not the first in the list.</exception>
    public static ViewOptions Read(JsonSection stage, params string[] defaults)
    {
        CropOptions? crop = null;
        var operations = new List<ViewOperation>();
        var sections = stage.Sections("views", [.. defaults.Select(name => new JsonObject { ["operation"] = name })]);
        foreach (var section in sections)
        {
            if (section.Choice("operation", "", Readers) is { } read)
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

        return new ViewOptions(crop, operations);
    }
}
