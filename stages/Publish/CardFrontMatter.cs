using System.Globalization;
using System.Text.Json;
using Distill.Artifacts;
using Distill.Learning.Networks;

namespace Distill.Publish;

/// <summary>What a model hub reads of a card: YAML between two lines of dashes (huggingface.co/docs/hub/model-cards).</summary>
internal static class CardFrontMatter
{
    /// <param name="config">The model.</param>
    /// <param name="license">Of the model.</param>
    /// <param name="dataset">That it was trained and measured on.</param>
    /// <param name="title">The card's.</param>
    /// <param name="own">What it measured.</param>
    /// <param name="distilled">Whether it learned from soft targets.</param>
    public static string Of(ModelConfig config, string license, string dataset, string title, ResultRow own, bool distilled) => string.Create(CultureInfo.InvariantCulture, $"""
        ---
        license: {Quoted(license)}
        library_name: {Library(config.Network)}
        pipeline_tag: image-classification
        tags:
        - image-classification
        - simclr{(distilled ? "\n- knowledge-distillation" : "")}
        - {config.Network.Architecture.Name}
        datasets:
        - {Quoted(dataset)}
        metrics:
        - accuracy
        model-index:
        - name: {Quoted(title)}
          results:
          - task:
              type: image-classification
            dataset:
              name: {Quoted(dataset)}
              type: {Quoted(dataset)}
              split: test
            metrics:
            - type: accuracy
              name: top-1 (%)
              value: {own.Top1:0.00}
        ---

        """);

    // timm builds no narrow ResNets by name; what reads ONNX reads any.
    private static string Library(NetworkOptions network) => network is { Width: 1, Stem: Stem.ImageNet, SelectiveKernels: false } ? "timm" : "onnx";

    // A YAML scalar in JSON's quotes, which YAML reads as well.
    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
