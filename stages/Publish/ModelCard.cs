using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Pipeline.Execution;

namespace Distill.Publish;

/// <summary>The README.md of a published model, as a model card of the Hugging Face Hub. The run measured every figure in it.</summary>
/// <param name="config">The published model.</param>
/// <param name="options">Name of the published row, and licenses.</param>
/// <param name="dataset">Name of the dataset.</param>
/// <param name="results">The results table of the run.</param>
/// <param name="exports">The exported models.</param>
/// <param name="lineage">The stages that led to the model, in order.</param>
internal sealed class ModelCard(
    ModelConfig config,
    PublishOptions options,
    string dataset,
    IReadOnlyList<ResultRow> results,
    ExportsFile exports,
    IReadOnlyDictionary<string, LockEntry> lineage)
{
    private readonly ResultRow _published = results.First(row => row.Name == options.Student);
    private readonly string _network = config.Network.Architecture.Name.Replace("resnet", "ResNet-", StringComparison.Ordinal);

    /// <summary>Creates the whole card.</summary>
    public string Text() => string.Create(CultureInfo.InvariantCulture, $"""
        {CardFrontMatter.Create(config, options.License, dataset, options.HubDataset, Title, _published, IsDistilled)}
        # {LineText.Markdown(Title)}

        {Introduction}
        Method: {_published.Protocol}.
        Networks are named as in the first table below.

        Classes: {string.Join(", ", config.Labels.Select(LineText.Markdown))}.

        ## Intended use

        Classifying images similar to those of {LineText.Markdown(dataset)} when a small, fast model is needed.
        The model always predicts one of the classes above, including for images that show none of them.

        ## How to use

        Run this in the folder of the model, with the Python packages onnxruntime, numpy and Pillow:

        {CardExample.Create()}

        {Inputs}
        {Temperature}
        {Weights}
        `sha256sum -c SHA256SUMS` verifies the folder.

        ## Results

        | network | top-1 (%) on {exports.TestImages:N0} test images | parameters | labels | seed |
        |---|---|---|---|---|
        {Lines(results.Select(Row))}
        {ExportsHead}
        |---|---|---|---|---|---|---|
        {Lines(exports.Models.Select(Row))}{EagerRow}

        The calibration error is that of the probabilities as defined above.
        {Latencies}
        {Int8}
        ## Labels

        {Labels}
        The options of the recipe were chosen on {LineText.Markdown(options.RecipeChosenOn ?? "data that are not stated")}.

        ## Training recipe

        {Lines(lineage.Select(stage => RecipeLine(stage.Key, stage.Value)).OfType<string>())}
        `provenance.json` contains every option of every stage, and the hashes of its inputs and outputs.

        ## Limitations

        One run with one seed and one draw of labels; with few labels, other draws vary by several points.
        Not evaluated on any other data.

        ## License

        The model: {LineText.Markdown(options.License)}.
        The training images: {LineText.Markdown(options.DataLicense ?? "not stated")}.
        {EncoderLicenses}
        """);

    private string Title => $"{_network} trained with SimCLRv2 on {dataset}";

    private bool IsDistilled => lineage.Values.Any(entry => ViewsPerImage(entry) is not null);

    private string Introduction => FormattableString.Invariant(
        $"{_network} (width ×{config.Network.Width}, {config.Network.StemName} stem, {_published.Parameters:N0} parameters) ")
        + FormattableString.Invariant(
            $"for {config.Shape.Channels}×{config.Shape.Height}×{config.Shape.Width} images scaled to [0, 1]{Normalized}.");

    private string Normalized => config.Network.Normalization is null
        ? ""
        : " and then normalized by the mean and deviation in `config.json`, which the ONNX models do themselves";

    private string Inputs =>
        $"The ONNX models take `pixel_values` [batch, {config.Shape.Channels}, {config.Shape.Height}, {config.Shape.Width}], "
        + $"floats in [0, 1] (`preprocessor_config.json`), and return `logits` [batch, {config.Labels.Count}].";

    private string Temperature => exports.Temperature.Labels == 0
        ? "Probabilities are softmax(logits)."
        : FormattableString.Invariant($"Probabilities are softmax(logits / {exports.Temperature.Value:0.000}); ")
            + "the division does not change the order of the classes.";

    private string Weights => "`model.safetensors` has torchvision's key names; "
        + $"`config.json` states how conv1 differs from torchvision's {config.Network.Architecture.Name}.";

    private static string ExportsHead => "| file | MB | top-1 (%) | agreement with the network (%) | calibration error "
        + $"| latency (ms), 1 image | latency (ms), {Latency.Batch} images |";

    private string EagerRow => FormattableString.Invariant(
        $"| the network in TorchSharp | | | | | {exports.Eager.MillisecondsOne:0.00} | {exports.Eager.MillisecondsBatch:0.0} |");

    private string Latencies => "Median ONNX Runtime latency on the publishing machine's CPU, "
        + $"{(exports.Threads == 1 ? "1 thread" : $"{exports.Threads} threads")}; the formats were measured in turn.";

    private string Int8 => exports.Calibration.Images == 0 || exports.Calibration.Ranges == "none" ? "" : $"""
        int8 was calibrated on {exports.Calibration.Images} training images ({exports.Calibration.Ranges}) {MeasuredAs}
        Set this option on x64 CPUs without VNNI; their fastest kernels otherwise saturate.

        """;

    private static string MeasuredAs => "and measured with the session option `session.x64quantprecision` set to 1.";

    private string Labels => exports.Temperature.Labels == 0
        ? LearnedLabels
        : FormattableString.Invariant(
            $"{LearnedLabels}\nAnother {exports.Temperature.Labels:N0} were used only to fit the softmax temperature.");

    private string LearnedLabels => _published.Labels == 0
        ? "The teacher was imported, and what it was trained on is not known here; no labels of the training images were used."
        : FormattableString.Invariant(
            $"The model and the networks that taught it were trained with {_published.Labels:N0} labels of the training images.");

    private string EncoderLicenses => Lines(lineage.Values.SelectMany(EncodersOf).Select(encoder =>
        $"The encoder {encoder.Name} that taught it: {LineText.Markdown(encoder.Options["license"]?.ToString() ?? "not stated")}."));

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static string Row(ResultRow row) =>
        $"| {LineText.Markdown(row.Name)} "
        + FormattableString.Invariant($"| {row.Top1:0.00} | {row.Parameters:N0} | {row.Labels:N0} | {row.Seed} |");

    private static string Row(ExportedModel model) =>
        FormattableString.Invariant($"| `{model.Files[0]}` | {model.Bytes / 1e6:0.00} | {model.Top1:0.00} | {model.Agreement:0.00} ")
        + FormattableString.Invariant(
            $"| {model.CalibrationError:0.0000} | {model.MillisecondsOne:0.00} | {model.MillisecondsBatch:0.0} |");

    /// <summary>Describes how a stage was trained or what it computed; null for a stage that did neither.</summary>
    private static string? RecipeLine(string stage, LockEntry entry)
    {
        var options = entry.Options;
        if (options["steps"] is { } steps)
        {
            return $"* {stage}: {Network(options["network"])}{steps} steps of {options["batchSize"]} images, "
                + Optimizer(options["optimizer"]);
        }

        if (EncodersOf(entry) is { Count: > 0 } encoders)
        {
            var names = encoders.Select(encoder =>
                $"{encoder.Name} (SHA-256 {entry.Inputs.GetValueOrDefault($"{StageNames.Imported}/encoder-{encoder.Number}")})");
            return $"* {stage}: logistic regression on the frozen features of {string.Join(" and ", names)}";
        }

        if (options["imported"] is not null)
        {
            return $"* {stage}: {Network(options["network"])}imported weights";
        }

        return ViewsPerImage(entry) is { } views ? $"* {stage}: soft targets of {views} augmented views per image" : null;
    }

    /// <summary>Returns the option of a labeling stage; null for another stage, whose <c>views</c> is a list of augmentations.</summary>
    private static JsonValue? ViewsPerImage(LockEntry entry) => entry.Options["viewsPerImage"] as JsonValue;

    /// <summary>Returns the frozen encoders of a stage; none for a stage without any. Names are in its metrics, not in its key.</summary>
    private static IReadOnlyList<(string Number, string Name, JsonNode Options)> EncodersOf(LockEntry entry)
    {
        return entry.Options["encoders"] is JsonArray encoders ? [.. encoders.Select(Describe)] : [];

        (string Number, string Name, JsonNode Options) Describe(JsonNode? options, int index)
        {
            var number = FormattableString.Invariant($"{index + 1}");
            var name = entry.Metrics[index == 0 ? "encoder" : "encoder" + number]?.ToString();
            return (number, LineText.Markdown(name ?? number), options!);
        }
    }

    private static string Network(JsonNode? network) => network is null ? "" : $"{network["architecture"]} of width {network["width"]}, ";

    private static string Optimizer(JsonNode? optimizer) =>
        $"{optimizer?["kind"]}, learning rate {optimizer?["learningRate"]}, weight decay {optimizer?["weightDecay"]}";
}
