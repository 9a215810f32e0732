using Distill.Imaging.Splits;
using Distill.Pipeline.Options;

namespace Distill.Publish;

/// <summary>Options of publishing, the block <c>publish</c>.</summary>
/// <param name="Student">
/// Name of the published row: a round's student, or an encoder with a classifier. It is chosen before the run, never by its test accuracy.
/// </param>
/// <param name="License">SPDX name of the model's license, for the card.</param>
/// <param name="DataLicense">SPDX name of the license of the images, for the card; null if not stated.</param>
/// <param name="HubDataset">Identifier of the dataset on the Hugging Face Hub, for the card; null if it is not there.</param>
/// <param name="RecipeChosenOn">What the options were chosen on, for the card; null if not stated.</param>
/// <param name="HeldOut">Additional labels that fit the softmax temperature; null for none, with temperature 1.</param>
public sealed record PublishOptions(
    string Student, string License, string? DataLicense, string? HubDataset, string? RecipeChosenOn, LabelSplitOptions? HeldOut)
{
    /// <summary>Reads the block <c>publish</c>.</summary>
    /// <param name="section">The block.</param>
    /// <param name="candidates">Names of the rows that can be published; the last one is the default.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <exception cref="UserException">No row can be published, or the named one cannot.</exception>
    public static PublishOptions Read(JsonSection section, IReadOnlyList<string> candidates, int seed) => candidates.Count == 0
        ? throw section.Error(
            "student",
            "found nothing to publish, expected a distillation round, a probe, or fine-tuning from layer 0, because only plain "
                + "ResNets can be published")
        : new PublishOptions(
            section.Choice(
                "student", candidates[^1], candidates.ToDictionary(name => name),
                "Result to publish: a round's, linear, or teacher if it was fine-tuned from layer 0. Default: the last round's."),
            section.Text("license", "mit", "License of the model, for the card: an SPDX name, or any other name."),
            section.OptionalText("dataLicense", "SPDX name of the license of the images, for the card."),
            HubDatasetId.Read(section, "hubDataset"),
            section.OptionalText(
                "recipeChosenOn", "What the options were chosen on, for the card, such as 10,000 labels of training images."),
            section.OptionalSection(
                "heldOut", byDefault: false,
                "Labels, none of the block labels, that fit the temperature of the published probabilities.") is { } heldOut
                ? LabelSplitOptions.Read(heldOut, seed)
                : null);
}
