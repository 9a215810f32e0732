using Distill.Imaging.Augmentation;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.Rivals.Tuning;

/// <summary>
/// Options of the last step of methods whose network, trained on labels that another one gave, is then trained on the true labels: Meta
/// Pseudo Labels (Pham et al. 2021) and S4L (Zhai et al. 2019).
/// </summary>
/// <param name="Name">Name of the block, of the stage and of the row in the results.</param>
/// <param name="Of">The row whose network is trained further.</param>
/// <param name="Augmentations">Augmentations of the labeled images.</param>
/// <param name="Training">Steps, images per step and optimizer.</param>
public sealed record TuneOptions(string Name, string Of, AugmentationOptions Augmentations, TrainingOptions Training)
{
    private static readonly (string Name, string Of)[] All =
    [
        ("meta-pseudo-labels-tuned", "meta-pseudo-labels"),
        ("s4l-tuned", "s4l-retrained"),
    ];

    /// <summary>Names of all blocks.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(each => each.Name)];

    /// <summary>Reads those blocks that there are.</summary>
    /// <param name="rivals">The block <c>rivals</c>.</param>
    public static IReadOnlyList<TuneOptions> ReadAll(JsonSection rivals) =>
    [
        .. All
            .Select(each => (each.Name, each.Of, Own: rivals.OptionalSection(
                each.Name, byDefault: false, $"Last step of its method: the network of {each.Of} trains further, on the labeled images.")))
            .Where(each => each.Own is not null)
            .Select(each => Read(each.Name, each.Of, each.Own!)),
    ];

    private static TuneOptions Read(string name, string of, JsonSection section) => new(
        name,
        of,
        AugmentationOptions.Read(section, "flip", "shift"),
        TrainingOptions.Read(section, new TrainingOptions(200, 32, OptimizerOptions.Default with { LearningRate = 1e-4 })));
}
