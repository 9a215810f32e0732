using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Rivals.FixMatch;
using Distill.Rivals.MetaPseudoLabels;
using Distill.Rivals.PseudoLabel;
using Distill.Rivals.S4L;
using Distill.Rivals.Uda;
using Distill.Rivals.Vat;

namespace Distill.Rivals;

/// <summary>Options of a method to compare with: what it shares with all others, and a block of its own in <c>rivals</c>.</summary>
/// <param name="Name">Name of its block, of its stage and of its row in the results.</param>
/// <param name="Method">The method, with what only it needs.</param>
/// <param name="Network">The network; by default, the student's.</param>
/// <param name="Augmentations">Augmentations of labeled images, and weak ones of unlabeled images.</param>
/// <param name="Averaging">
/// Fraction that a step keeps of the average of the weights, which is the result; less in the first steps. 0 for the last weights.
/// </param>
/// <param name="Training">Steps, labeled images per step, and optimizer.</param>
public sealed record RivalOptions(
    string Name,
    RivalMethod Method,
    NetworkOptions Network,
    AugmentationOptions Augmentations,
    double Averaging,
    TrainingOptions Training)
{
    /// <summary>The methods in the order in which they run.</summary>
    private static readonly (string Name, string Help, Func<JsonSection, RivalMethod> Read)[] Methods =
    [
        ("pseudo-label", "Pseudo-labels of the network itself (Lee 2013).", PseudoLabelMethod.Read),
        ("vat", "Virtual adversarial training with entropy minimization (Miyato et al. 2018).", VatMethod.Read),
        ("s4l", "S4L: predicted rotations beside the losses of vat (Zhai et al. 2019).", S4LMethod.Read),
        ("uda", "Unsupervised data augmentation (Xie et al. 2020).", UdaMethod.Read),
        ("fixmatch", "FixMatch (Sohn et al. 2020).", FixMatchMethod.Read),
        ("meta-pseudo-labels", "Meta Pseudo Labels (Pham et al. 2021).", MetaPseudoLabelsMethod.Read),
    ];

    /// <summary>Names of all methods, which are names of blocks, stages and results.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Methods.Select(method => method.Name)];

    /// <summary>Images of a step, labeled and unlabeled.</summary>
    public int ImagesPerStep => Training.BatchSize * (1 + Method.Ratio);

    /// <summary>Rows of a step: one view of each labeled image, those of the unlabeled ones, and what a student trains on.</summary>
    public long RowsPerStep => RowsOf(Method, Training.BatchSize);

    /// <summary>Reads the block <c>rivals</c>: the methods that it has blocks for.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The network of all methods.</param>
    /// <param name="views">Views that each method trains on.</param>
    public static IReadOnlyList<RivalOptions> ReadAll(JsonSection section, NetworkOptions network, int views)
    {
        var augmentations = AugmentationOptions.Read(section, "flip", "shift");
        var averaging = section.Number(
            "averaging", 0.99, 0, 0.99999, "Fraction that a step keeps of the average of the weights; 0 for no average.");
        var training = TrainingOptions.ReadBatch(section, new TrainingOptions(1, 32, OptimizerOptions.Default));
        return
        [
            .. Methods
                .Select(method => (method.Name, method.Read, Own: section.OptionalSection(method.Name, byDefault: false, method.Help)))
                .Where(method => method.Own is not null)
                .Select(method => Create(method.Name, method.Read(method.Own!), method.Own!)),
        ];

        RivalOptions Create(string name, RivalMethod method, JsonSection own)
        {
            var optimizer = training.Optimizer with
            {
                LearningRate = own.Number(
                    "learningRate", training.Optimizer.LearningRate, 0, 1000, "Peak learning rate of this method."),
            };
            var steps = Math.Max(1, views / RowsOf(method, training.BatchSize));
            return new RivalOptions(
                name, method, network, augmentations, averaging, training with { Steps = (int)steps, Optimizer = optimizer });
        }
    }

    private static long RowsOf(RivalMethod method, int batch) =>
        batch * (1L + (long)method.Ratio * method.ViewsPerImage) + method.StudentRows(batch);
}
