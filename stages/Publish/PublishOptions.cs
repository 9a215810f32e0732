using Distill.Imaging.Splits;
using Distill.Pipeline.Options;

namespace Distill.Publish;

/// <summary>Publishing as pipeline.json describes it.</summary>
/// <param name="Student">What is published: a round's student, or an encoder with a classifier on it; chosen beforehand, never by its test accuracy.</param>
/// <param name="License">SPDX name of the license that the model is published under, for the card.</param>
/// <param name="DataLicense">SPDX name of the license of the images, for the card; null where it is not stated.</param>
/// <param name="HeldOut">Labels beyond those that others learn from, which fit the temperature of its probabilities; null for none, and temperature 1.</param>
public sealed record PublishOptions(string Student, string License, string? DataLicense, LabelSplitOptions? HeldOut)
{
    /// <param name="section">The <c>publish</c> block.</param>
    /// <param name="candidates">What can be published; the last one is, unless another is named.</param>
    /// <param name="seed">The run's.</param>
    /// <exception cref="UserException">Nothing can be published, or something else is named.</exception>
    public static PublishOptions Read(JsonSection section, IReadOnlyList<string> candidates, int seed) => candidates.Count == 0
        ? throw section.Error(
            "student", "found nothing to publish, expected a distillation round, a probe, or fine-tuning from layer 0, because only plain ResNets can be published")
        : new PublishOptions(
            section.Choice("student", candidates[^1], candidates.ToDictionary(name => name), "Result to publish: a round's, linear, or teacher if it was fine-tuned from layer 0. Default: the last round's."),
            section.Text("license", "mit", "SPDX name of the license of the model, for the card."),
            section.OptionalText("dataLicense", "SPDX name of the license of the images, for the card."),
            section.OptionalSection("heldOut", byDefault: false, "Labels, none of the block labels, that fit the temperature of the published probabilities.") is { } heldOut
                ? LabelSplitOptions.Read(heldOut, seed)
                : null);
}
