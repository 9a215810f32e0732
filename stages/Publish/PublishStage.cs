using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Publish;

/// <summary>
/// Writes the student's weights into a folder, with everything that others need to use and to verify them. The same run gives the same
/// bytes.
/// </summary>
public static class PublishStage
{
    /// <summary>Increment it when the same options and inputs give different folder.</summary>
    public const int Version = 8;

    /// <summary>Name of the artifact with the published folder.</summary>
    public const string Output = "published";

    /// <summary>Writes the published folder.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Student and licenses.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="dataset">The dataset of the run.</param>
    /// <param name="network">Architecture of the student.</param>
    /// <param name="inputs">The published artifacts.</param>
    /// <param name="folder">The folder to write.</param>
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
        var exports = ExportsFile.Read(context.Input(inputs.Exports));
        var config = new ModelConfig(network, train.Shape, train.ClassNames, train.CenterCrop, exports.Temperature.Value)
        {
            ShorterSide = train.ShorterSide,
        };
        var lineage = Lineage.Of(inputs.Temperature is { } temperature ? [inputs.Weights, temperature] : [inputs.Weights], context.Lineage);
        Durable.MakeFolder(folder);
        // Partial files of a killed run would otherwise be published, with checksums.
        Durable.SweepPartials(folder);

        WriteWeights(context.Input(inputs.Weights), Path.Combine(folder, PublishedModel.WeightsFile), train.Name);
        CopyExports(context.Input(inputs.Exports), exports, folder);
        Durable.WriteText(Path.Combine(folder, PublishedModel.ConfigFile), config.ToJson());
        Durable.WriteText(Path.Combine(folder, "preprocessor_config.json"), config.ToPreprocessorJson());
        Durable.WriteText(Path.Combine(folder, "labels.txt"), string.Concat(config.Labels.Select(label => OneLine.Of(label) + "\n")));
        Durable.WriteText(Path.Combine(folder, "metrics.json"), Metrics(table, rows, options.Student, exports));
        Durable.WriteText(
            Path.Combine(folder, "README.md"),
            new ModelCard(config, options, train.Name, rows, exports, lineage).Text());
        Durable.WriteText(Path.Combine(folder, "provenance.json"), Provenance.Create(seed, lineage));
        Checksums.Write(folder);
        return new StageResult(
            new Dictionary<string, string> { [Output] = folder },
            new JsonObject
            {
                ["student"] = options.Student,
                ["bytes"] = new FileInfo(Path.Combine(folder, PublishedModel.WeightsFile)).Length,
            });
    }

    private static void WriteWeights(string source, string path, string dataset)
    {
        using var scope = NewDisposeScope();
        // An encoder with a classifier becomes a plain ResNet by renaming; the names of a student do not change.
        var tensors = SafetensorsFile.Read(source).ToDictionary(entry => FineTunedNetwork.PlainKey(entry.Key), entry => entry.Value);
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["dataset"] = dataset };
        Durable.WriteFile(path, stream => SafetensorsFile.Write(stream, tensors, metadata));
    }

    /// <summary>
    /// Creates metrics.json from the published row. It has no times, because the folder must be the same for each repetition.
    /// </summary>
    private static string Metrics(JsonNode table, IReadOnlyList<ResultRow> rows, string student, ExportsFile exports)
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
            ["temperature"] = exports.Temperature.Value,
            ["labels"] = exports.Temperature.Labels,
            ["calibrationError"] = exports.Models[0].CalibrationError,
            ["negativeLogLikelihood"] = exports.Models[0].NegativeLogLikelihood,
        };
        json["formats"] = new JsonArray([.. exports.Models.Select(model => new JsonObject
        {
            ["name"] = model.Name,
            ["bytes"] = model.Bytes,
            ["top1"] = model.Top1,
            ["agreement"] = model.Agreement,
            ["calibrationError"] = model.CalibrationError,
            ["negativeLogLikelihood"] = model.NegativeLogLikelihood,
        })]);
        return json.ToFileText();
    }

    /// <summary>Copies the ONNX models, and deletes those of an earlier run.</summary>
    private static void CopyExports(string from, ExportsFile exports, string folder)
    {
        string[] names = [.. exports.Models.SelectMany(model => model.Files)];
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

/// <summary>The artifacts that are published.</summary>
/// <param name="Weights">The weights of the student.</param>
/// <param name="Results">The results table.</param>
/// <param name="Exports">The folder of the exported models.</param>
/// <param name="Temperature">The softmax temperature; null for none.</param>
public sealed record PublishInputs(Artifact Weights, Artifact Results, Artifact Exports, Artifact? Temperature);
