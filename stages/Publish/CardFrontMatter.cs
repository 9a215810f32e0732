using System.Globalization;
using Distill.Artifacts;
using Distill.Learning.Networks;

namespace Distill.Publish;

/// <summary>The metadata of a model card: YAML between two lines of dashes (huggingface.co/docs/hub/model-cards).</summary>
internal static class CardFrontMatter
{
    // The Hub's word for a folder of images, in place of an identifier.
    private const string NotOnTheHub = "imagefolder";

    /// <summary>Creates the metadata.</summary>
    /// <param name="config">The published model.</param>
    /// <param name="license">SPDX name of the model's license.</param>
    /// <param name="dataset">Name of the dataset.</param>
    /// <param name="hubDataset">Its identifier on the Hub; null if it is not there.</param>
    /// <param name="title">Title of the card.</param>
    /// <param name="published">Results of the published model.</param>
    /// <param name="isDistilled">Whether the model was trained on soft targets.</param>
    public static string Create(
        ModelConfig config, string license, string dataset, string? hubDataset, string title, ResultRow published, bool isDistilled) =>
        string.Create(CultureInfo.InvariantCulture, $"""
        ---
        {HubLicense.ToYaml(license)}
        library_name: {Library(config.Network)}
        pipeline_tag: image-classification
        tags:
        - image-classification
        - simclr{(isDistilled ? "\n- knowledge-distillation" : "")}
        - {config.Network.Architecture.Name}{(hubDataset is null ? "" : $"\ndatasets:\n- {YamlText.Quoted(hubDataset)}")}
        metrics:
        - accuracy
        model-index:
        - name: {YamlText.Quoted(title)}
          results:
          - task:
              type: image-classification
            dataset:
              name: {YamlText.Quoted(dataset)}
              type: {YamlText.Quoted(hubDataset ?? NotOnTheHub)}
              split: test
            metrics:
            - type: accuracy
              name: top-1 (%)
              value: {published.Top1:0.00}
        ---

        """);

    // timm cannot create narrow ResNets by name; ONNX models are independent of the architecture.
    private static string Library(NetworkOptions network) =>
        network is { Width: 1, Stem: Stem.ImageNet, SelectiveKernels: false } ? "timm" : "onnx";
}
