using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Stages.Pipeline.Plan;
using Stages.Publish.Compact;
using Stages.Publish.Results;

namespace Stages.Publish.Model;

/// <summary>A published model's README.md, in the form of the Hugging Face Hub's model cards; every figure of it measured by the run.</summary>
/// <param name="config">The model.</param>
/// <param name="options">Which row it is, and the licences.</param>
/// <param name="dataset">What it was trained and measured on.</param>
/// <param name="results">The run's results table.</param>
/// <param name="forms">The model's forms.</param>
/// <param name="lineage">The stages on the road to it, in order.</param>
internal sealed class ModelCard(
    ModelConfig config,
    PublishOptions options,
    string dataset,
    IReadOnlyList<ResultRow> results,
    VariantsFile forms,
    IReadOnlyDictionary<string, LockEntry> lineage)
{
    private readonly ResultRow _own = results.First(row => row.Name == options.Student);

    /// <summary>The whole card.</summary>
    public string Text()
    {
        var network = config.Network;
        var title = FormattableString.Invariant($"{network.Architecture.Name} by SimCLRv2 on {dataset}");
        var distilled = lineage.Values.Any(entry => entry.Options["views"] is JsonValue);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {CardFrontMatter.Of(config, options.License, dataset, title, _own, distilled)}
            # {title}

            A {network.Architecture.Name} of width {network.Width} ({network.StemName} stem, {_own.Parameters:N0} parameters) for images of
            {config.Shape.Channels}×{config.Shape.Height}×{config.Shape.Width}, values divided by 255{Normalized}. It was {_own.Protocol}.

            Classes: {string.Join(", ", config.Labels)}.

            ## Intended use

            Telling these classes apart in images like those of {dataset}, where a small and fast network is wanted. It gives every image one of them, whatever
            the image shows.

            ## Results

            | network | top-1 (%) on {forms.TestImages:N0} test images | parameters | labels | seed |
            |---|---|---|---|---|
            {Rows()}
            | file | MB | top-1 (%) | names the class that the network does (%) | calibration error | ms, one image | ms, {Latency.Batch} images |
            |---|---|---|---|---|---|---|
            {Forms()}| the network in TorchSharp | | | | | {forms.EagerOne:0.00} | {forms.EagerBatch:0.0} |

            Times are medians in ONNX Runtime on the CPU of the machine that published, {forms.Threads} threads, all taking turns. Eight bits were calibrated on
            {forms.CalibrationImages} training images ({forms.Ranges}) and computed with the session option `session.x64quantprecision`
            at 1, which an x64 CPU without VNNI needs, since its quickest kernels saturate. {Temperature}

            ## Labels

            {Labels}

            ## Training recipe

            {Recipe()}
            `provenance.json` has every option of every stage, and the hashes of what it read and wrote.

            ## Use

            `model.safetensors` has torchvision's key names; `config.json` says how conv1 differs from torchvision's
            {network.Architecture.Name}. The ONNX models take `pixel_values` [batch, {config.Shape.Channels}, {config.Shape.Height}, {config.Shape.Width}], floats from 0 to 1
            (`preprocessor_config.json`), and give `logits` [batch, {config.Labels.Count}]. `sha256sum -c SHA256SUMS` checks the folder.

            ## Limits

            One run, one seed, one draw of labels: where labels are few, other draws differ by points. It knows the classes above and images like those
            of {dataset}, and nothing says how it does on others.

            ## Licences

            The model: {options.License}. The images that it was trained on: {options.DataLicense ?? "not stated"}.

            """);
    }

    private string Normalized => config.Network.Normalization is null
        ? ""
        : " and then normalized by the mean and deviation of `config.json`, which the ONNX models do themselves";

    private string Labels => FormattableString.Invariant(
        $"{Teaching}{(forms.TemperatureLabels == 0 ? "." : FormattableString.Invariant($", and the labels of {forms.TemperatureLabels:N0} others fitted the temperature of its probabilities, and nothing else."))}");

    private string Teaching => _own.Labels == 0
        ? "The teacher was given, and what it learned from is not known here; no label of the training images was used"
        : FormattableString.Invariant($"Of the training images {_own.Labels:N0} had labels that the model, or a teacher of it, learned from");

    private string Temperature => FormattableString.Invariant(forms.TemperatureLabels == 0
        ? (FormattableString)$"Probabilities are softmax(logits); the calibration error is of these."
        : $"Probabilities are softmax(logits / {forms.Temperature:0.000}); the calibration error is of these. The order of classes does not depend on it.");

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
                lines.Append(CultureInfo.InvariantCulture, $"* {name}: {Network(entry.Options["network"])}weights that were given\n");
            }
            else if (entry.Options["views"] is JsonValue views)
            {
                lines.Append(CultureInfo.InvariantCulture, $"* {name}: soft targets of {views} views an image\n");
            }
        }

        return lines.ToString();
    }

    private static string Network(JsonNode? network) => network is null ? "" : $"{network["architecture"]} of width {network["width"]}, ";

    private static string Optimizer(JsonNode? optimizer) => $"{optimizer?["kind"]}, learning rate {optimizer?["learningRate"]}, weight decay {optimizer?["weightDecay"]}";
}
