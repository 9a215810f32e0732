using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Pipeline.Execution;

namespace Distill.Publish;

/// <summary>A published model's README.md, in the form of the Hugging Face Hub's model cards; every figure of it measured by the run.</summary>
/// <param name="config">The model.</param>
/// <param name="options">Which row it is, and the licenses.</param>
/// <param name="dataset">What it was trained and measured on.</param>
/// <param name="results">The run's results table.</param>
/// <param name="forms">The model's forms.</param>
/// <param name="lineage">The stages on the road to it, in order.</param>
internal sealed class ModelCard(
    ModelConfig config,
    PublishOptions options,
    string dataset,
    IReadOnlyList<ResultRow> results,
    ExportsFile forms,
    IReadOnlyDictionary<string, LockEntry> lineage)
{
    private readonly ResultRow _own = results.First(row => row.Name == options.Student);

    /// <summary>The whole card.</summary>
    public string Text()
    {
        var network = config.Network;
        var name = network.Architecture.Name.Replace("resnet", "ResNet-", StringComparison.Ordinal);
        var title = $"{name} trained with SimCLRv2 on {dataset}";
        var distilled = lineage.Values.Any(entry => entry.Options["views"] is JsonValue);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {CardFrontMatter.Of(config, options.License, dataset, title, _own, distilled)}
            # {title}

            {name} (width ×{network.Width}, {network.StemName} stem, {_own.Parameters:N0} parameters) for {config.Shape.Channels}×{config.Shape.Height}×{config.Shape.Width} images scaled to [0, 1]{Normalized}.
            Method: {_own.Protocol}.
            Networks are named as in the first table below.

            Classes: {string.Join(", ", config.Labels)}.

            ## Intended use

            Classifying images similar to those of {dataset} when a small, fast model is needed.
            The model always predicts one of the classes above, including for images that show none of them.

            ## How to use

            Run this in the folder of the model, with the Python packages onnxruntime, numpy and Pillow:

            {Example}

            The ONNX models take `pixel_values` [batch, {config.Shape.Channels}, {config.Shape.Height}, {config.Shape.Width}], floats in [0, 1] (`preprocessor_config.json`), and return `logits` [batch, {config.Labels.Count}].
            {Temperature}
            `model.safetensors` has torchvision's key names; `config.json` states how conv1 differs from torchvision's {network.Architecture.Name}.
            `sha256sum -c SHA256SUMS` verifies the folder.

            ## Results

            | network | top-1 (%) on {forms.TestImages:N0} test images | parameters | labels | seed |
            |---|---|---|---|---|
            {Rows()}
            | file | MB | top-1 (%) | agreement with the network (%) | calibration error | latency (ms), 1 image | latency (ms), {Latency.Batch} images |
            |---|---|---|---|---|---|---|
            {Forms()}| the network in TorchSharp | | | | | {forms.EagerOne:0.00} | {forms.EagerBatch:0.0} |

            The calibration error is that of the probabilities as defined above.
            Median ONNX Runtime latency on the publishing machine's CPU, {(forms.Threads == 1 ? "1 thread" : $"{forms.Threads} threads")}; the formats were measured in turn.
            {Int8}
            ## Labels

            {Labels}

            ## Training recipe

            {Recipe()}
            `provenance.json` contains every option of every stage, and the hashes of its inputs and outputs.

            ## Limitations

            One run with one seed and one draw of labels; with few labels, other draws vary by several points.
            Not evaluated on any other data.

            ## License

            The model: {options.License}.
            The training images: {options.DataLicense ?? "not stated"}.

            """);
    }

    private string Normalized => config.Network.Normalization is null
        ? ""
        : " and then normalized by the mean and deviation in `config.json`, which the ONNX models do themselves";

    /// <summary>A whole program: preprocesses as docs/examples/predict.py does, and runs the fp32 model.</summary>
    private string Example => $$"""
        ```python
        import json

        import numpy as np
        import onnxruntime
        from PIL import Image

        config = json.load(open("config.json"))
        image = Image.open("image.png").convert("{{(config.Shape.Channels == 1 ? "L" : "RGB")}}").resize(({{config.Shape.Width}}, {{config.Shape.Height}}), Image.BICUBIC)
        pixels = np.asarray(image, np.float32).reshape({{config.Shape.Height}}, {{config.Shape.Width}}, {{config.Shape.Channels}}).transpose(2, 0, 1)[np.newaxis] / 255
        session = onnxruntime.InferenceSession("model.onnx")
        logits = session.run(["logits"], {"pixel_values": pixels})[0][0] / config["distill"]["temperature"]
        probabilities = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        best = int(probabilities.argmax())
        print(config["label_names"][best], probabilities[best])
        ```
        """;

    private string Temperature => FormattableString.Invariant(forms.TemperatureLabels == 0
        ? (FormattableString)$"Probabilities are softmax(logits)."
        : $"Probabilities are softmax(logits / {forms.Temperature:0.000}); the division does not change the order of the classes.");

    private string Int8 => forms.CalibrationImages == 0 || forms.Ranges == "none" ? "" : FormattableString.Invariant($"""
        int8 was calibrated on {forms.CalibrationImages} training images ({forms.Ranges}) and measured with the session option `session.x64quantprecision` set to 1.
        Set this option on x64 CPUs without VNNI; their fastest kernels otherwise saturate.

        """);

    private string Labels => forms.TemperatureLabels == 0
        ? Teaching
        : FormattableString.Invariant($"{Teaching}\nAnother {forms.TemperatureLabels:N0} were used only to fit the softmax temperature.");

    private string Teaching => _own.Labels == 0
        ? "The teacher was imported, and what it was trained on is not known here; no labels of the training images were used."
        : FormattableString.Invariant($"The model and the networks that taught it were trained with {_own.Labels:N0} labels of the training images.");

    private string Rows()
    {
        var rows = new StringBuilder();
        foreach (var row in results)
        {
            rows.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Top1:0.00} | {row.Parameters:N0} | {row.Labels:N0} | {row.Seed} |\n");
        }

        return rows.ToString();
    }

    private string Forms()
    {
        var rows = new StringBuilder();
        foreach (var form in forms.Variants)
        {
            rows.Append(CultureInfo.InvariantCulture,
                $"| `{form.Files[0]}` | {form.Bytes / 1e6:0.00} | {form.Top1:0.00} | {form.Agreement:0.00} | {form.CalibrationError:0.0000} | {form.MillisecondsOne:0.00} | {form.MillisecondsBatch:0.0} |\n");
        }

        return rows.ToString();
    }

    /// <summary>A line a stage: how long it trained, and on what.</summary>
    private string Recipe()
    {
        var lines = new StringBuilder();
        foreach (var (name, entry) in lineage)
        {
            if (entry.Options["steps"] is { } steps)
            {
                lines.Append(CultureInfo.InvariantCulture,
                    $"* {name}: {Network(entry.Options["network"])}{steps} steps of {entry.Options["batchSize"]} images, {Optimizer(entry.Options["optimizer"])}\n");
            }
            else if (entry.Options["given"] is not null)
            {
                lines.Append(CultureInfo.InvariantCulture, $"* {name}: {Network(entry.Options["network"])}imported weights\n");
            }
            else if (entry.Options["views"] is JsonValue views)
            {
                lines.Append(CultureInfo.InvariantCulture, $"* {name}: soft targets of {views} augmented views per image\n");
            }
        }

        return lines.ToString();
    }

    private static string Network(JsonNode? network) => network is null ? "" : $"{network["architecture"]} of width {network["width"]}, ";

    private static string Optimizer(JsonNode? optimizer) => $"{optimizer?["kind"]}, learning rate {optimizer?["learningRate"]}, weight decay {optimizer?["weightDecay"]}";
}
