using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Publish;

/// <summary>
/// The last step: a student's weights with all that a stranger needs to use and to believe them, in a folder of their own. The
/// same run gives the same bytes.
/// </summary>
public static class PublishStage
{
    /// <summary>Raised when the same options and inputs give another folder than before.</summary>
    public const int Version = 6;

    /// <summary>The published folder.</summary>
    public const string Output = "published";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="context">Where it runs.</param>
    /// <param name="options">Which student, under which license.</param>
    /// <param name="seed">The run's.</param>
    /// <param name="dataset">What it was trained on.</param>
    /// <param name="network">The student's network.</param>
    /// <param name="inputs">The artifacts that are published.</param>
    /// <param name="folder">The folder to publish into.</param>
    public static StageResult Run(
        StageContext context,
        PublishOptions options,
        long seed,
        IDataset dataset,
        NetworkOptions network,
        PublishInputs inputs,
        string folder)
    {
        var train = dataset.Train();
        var table = JsonNode.Parse(File.ReadAllText(context.Input(inputs.Results)))!;
        var rows = ResultsFile.Read(context.Input(inputs.Results));
        var forms = ExportsFile.Read(context.Input(inputs.Variants));
        var config = new ModelConfig(network, train.Shape, train.ClassNames, train.CenterCrop, forms.Temperature);
        var lineage = Lineage.Of(inputs.Temperature is { } temperature ? [inputs.Weights, temperature] : [inputs.Weights], context.Lineage);
        Durable.MakeFolder(folder);
        // What a kill left half-written would be uploaded with the rest, and counted in its checksums.
        Durable.SweepPartials(folder);

        WriteWeights(context.Input(inputs.Weights), Path.Combine(folder, PublishedModel.WeightsFile), train.Name);
        CopyVariants(context.Input(inputs.Variants), forms, folder);
        Durable.WriteText(Path.Combine(folder, PublishedModel.ConfigFile), config.ToJson());
        Durable.WriteText(Path.Combine(folder, "preprocessor_config.json"), config.ToPreprocessorJson());
        Durable.WriteText(Path.Combine(folder, "labels.txt"), string.Concat(config.Labels.Select(label => label + "\n")));
        Durable.WriteText(Path.Combine(folder, "metrics.json"), Metrics(table, rows, options.Student, forms));
        Durable.WriteText(
            Path.Combine(folder, "README.md"),
            new ModelCard(config, options, train.Name, rows, forms, lineage).Text());
        Durable.WriteText(Path.Combine(folder, "provenance.json"), Provenance.Of(seed, lineage));
        Checksums.Write(folder);
        return new StageResult(
            new Dictionary<string, string> { [Output] = folder },
            new JsonObject { ["student"] = options.Student, ["bytes"] = new FileInfo(Path.Combine(folder, PublishedModel.WeightsFile)).Length });
    }

    private static void WriteWeights(string source, string path, string dataset)
    {
        using var scope = NewDisposeScope();
        // A classifier on an encoder is a plain ResNet under other names; a student's names stay as they are.
        var tensors = SafetensorsFile.Read(source).ToDictionary(entry => FineTunedNetwork.PlainKey(entry.Key), entry => entry.Value);
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["dataset"] = dataset };
        Durable.WriteFile(path, stream => SafetensorsFile.Write(stream, tensors, metadata));
    }

    /// <summary>The published row's measurements, without times: they differ from run to run, and the folder must not.</summary>
    private static string Metrics(JsonNode table, IReadOnlyList<ResultRow> rows, string student, ExportsFile forms)
    {
        var row = rows.First(r => r.Name == student);
        var json = new JsonObject
        {
            ["dataset"] = table["dataset"]!.DeepClone(),
            ["testImages"] = table["testImages"]!.DeepClone(),
            ["measuredAs"] = table["protocol"]!.DeepClone(),
            ["intervals"] = table["intervals"]!.DeepClone(),
        };
        foreach (var (name, value) in row.ToJson().Where(pair => pair.Key is not ("seconds" or "bytes")))
        {
            json[name] = value?.DeepClone();
        }

        json["calibrated"] = new JsonObject
        {
            ["temperature"] = forms.Temperature,
            ["labels"] = forms.TemperatureLabels,
            ["calibrationError"] = forms.Variants[0].CalibrationError,
            ["negativeLogLikelihood"] = forms.Variants[0].NegativeLogLikelihood,
        };
        json["variants"] = new JsonArray([.. forms.Variants.Select(form => new JsonObject
        {
            ["name"] = form.Name,
            ["bytes"] = form.Bytes,
            ["top1"] = form.Top1,
            ["agreement"] = form.Agreement,
            ["calibrationError"] = form.CalibrationError,
            ["negativeLogLikelihood"] = form.NegativeLogLikelihood,
        })]);
        return json.ToJsonString(Indented) + "\n";
    }

    /// <summary>Copies the ONNX models, and leaves none of another run behind.</summary>
    private static void CopyVariants(string from, ExportsFile forms, string folder)
    {
        string[] names = [.. forms.Variants.SelectMany(form => form.Files)];
        foreach (var name in names)
        {
            Durable.WriteFile(Path.Combine(folder, name), copy =>
            {
                using var original = File.OpenRead(Path.Combine(from, name));
                original.CopyTo(copy);
            });
        }

        OnnxModelFiles.DeleteOthers(folder, names);
    }
}
