using System.Globalization;
using System.Text;
using Stages.Publish.Compact;
using Stages.Publish.Results;

namespace Stages.Publish.Model;

/// <summary>A published model's README.md, with the front matter of the Hugging Face Hub's model cards; every figure of it measured by the run.</summary>
internal static class ModelCard
{
    public static string Write(
        ModelConfig config, string license, string dataset, string student, IReadOnlyList<ResultRow> results, VariantsFile forms)
    {
        var own = results.First(row => row.Name == student);
        var network = config.Network;
        var title = FormattableString.Invariant($"{network.Architecture.Name} distilled by SimCLRv2 on {dataset}");
        var card = new StringBuilder();
        card.Append(FrontMatter(config, license, dataset, title, own));
        card.Append(CultureInfo.InvariantCulture, $"""

            # {title}

            A {network.Architecture.Name} of width {network.Width} ({network.StemName} stem, {own.Parameters:N0} parameters) for images of
            {config.Shape.Channels}×{config.Shape.Height}×{config.Shape.Width}, values divided by 255{Normalized(network)}. {How(own)}

            Classes: {string.Join(", ", config.Labels)}.

            ## Results

            | network | top-1 (%) on {forms.TestImages:N0} test images | parameters | labels | seed |
            |---|---|---|---|---|

            """);
        foreach (var row in results)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Top1:0.00} | {row.Parameters:N0} | {row.Labels} | {row.Seed} |\n");
        }

        card.Append(Variants(forms));
        card.Append(CultureInfo.InvariantCulture, $"""

            ## Use

            `model.safetensors` has torchvision's key names; `config.json` says how conv1 differs from torchvision's
            {network.Architecture.Name}. The ONNX models take `pixel_values` [batch, {config.Shape.Channels}, {config.Shape.Height}, {config.Shape.Width}], floats from 0 to 1
            (`preprocessor_config.json`), and give `logits` [batch, {config.Labels.Count}]. `sha256sum -c SHA256SUMS` checks the folder.

            ## Limits

            One run, one seed, one draw of labels: where labels are few, other draws differ by points. It knows the classes above and images like those
            of {dataset}, and nothing says how it does on others. Trained and published by Distill; the training recipe is in `provenance.json`: the options
            of every stage, and the hashes of what it read and wrote.

            """);
        return card.ToString();
    }

    private static string Normalized(Stages.Learning.Networks.NetworkOptions network) => network.Normalization is null
        ? ""
        : " and then normalized by the mean and deviation of `config.json`, which the ONNX models do themselves";

    private static string How(ResultRow own) => FormattableString.Invariant(
        $"It was {own.Protocol}; of the training images {own.Labels:N0} had labels that anything learned from.");

    private static string FrontMatter(ModelConfig config, string license, string dataset, string title, ResultRow own) => string.Create(CultureInfo.InvariantCulture, $"""
        ---
        license: {license}
        library_name: {Library(config)}
        pipeline_tag: image-classification
        tags:
        - image-classification
        - simclr
        - knowledge-distillation
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
    private static string Library(ModelConfig config) =>
        config.Network is { Width: 1, Stem: Stages.Learning.Networks.Stem.ImageNet, SelectiveKernels: false } ? "timm" : "onnx";

    private static string Variants(VariantsFile forms)
    {
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"""

            | file | MB | top-1 (%) | names the class that the network does (%) | calibration error | ms, one image | ms, {Latency.Batch} images |
            |---|---|---|---|---|---|---|

            """);
        foreach (var form in forms.Variants)
        {
            table.Append(CultureInfo.InvariantCulture,
                $"| `{form.Files[0]}` | {form.Bytes / 1e6:0.00} | {form.Top1:0.00} | {form.Agreement:0.00} | {form.CalibrationError:0.0000} | {form.MillisecondsOne:0.00} | {form.MillisecondsBatch:0.0} |\n");
        }

        table.Append(CultureInfo.InvariantCulture, $"""
            | the network in TorchSharp | | | | | {forms.EagerOne:0.00} | {forms.EagerBatch:0.0} |

            Times are medians in ONNX Runtime on the CPU of the machine that published, {forms.Threads} threads, all taking turns. Eight bits were calibrated on
            {forms.CalibrationImages} training images ({forms.Ranges}). {Temperature(forms)}

            """);
        return table.ToString();
    }

    private static string Temperature(VariantsFile forms) => FormattableString.Invariant(forms.TemperatureLabels == 0
        ? (FormattableString)$"Probabilities are softmax(logits); the calibration error is of these."
        : $"Probabilities are softmax(logits / {forms.Temperature:0.000}), a temperature fitted on {forms.TemperatureLabels:N0} labels that nothing else learned from; the calibration error is of these, and the order of classes does not depend on it.");

    // A YAML scalar in JSON's quotes, which YAML reads as well.
    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
