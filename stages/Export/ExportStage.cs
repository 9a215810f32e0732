using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>
/// The student as ONNX, in fp32, fp16 and eight bits: each compared with the network that it was made of, and measured on the test split after all
/// training is over. Eight bits are calibrated on training images alone.
/// </summary>
public static class ExportStage
{
    /// <summary>Raised when the same options and inputs give other files than before.</summary>
    public const int Version = 3;

    /// <summary>The folder with the models, and with what was measured of them.</summary>
    public const string Output = "variants";

    /// <param name="context">Where it runs.</param>
    /// <param name="source">The student.</param>
    /// <param name="settings">What all stages share; the variants run on the CPU.</param>
    /// <param name="dataset">Its training images calibrate, its test split judges.</param>
    /// <param name="temperature">The artifact with the temperature of probabilities; null for 1.</param>
    /// <exception cref="InvalidDataException">The model in fp32 gives other logits than the network.</exception>
    public static StageResult Run(StageContext context, ClassifierSource source, RunSettings settings, IDataset dataset, string? temperature)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (dataset.Train(), dataset.Test());
        using var network = source.Load(context.Input(source.Artifact), train.Shape.Channels, train.ClassNames.Count, new Compute(CPU, Bf16: false));
        var folder = Path.Combine(context.Folder, Output);
        Durable.MakeFolder(folder);
        Durable.SweepPartials(folder);

        var progress = new ExportProgress(context, test.Count);
        using var images = CalibrationImages.Of(train, settings.LoaderThreads);
        var forms = new FormatExporter(network, train, images, progress.Add);
        var files = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (name, file, graph) in forms.All(context.Progress.Note))
        {
            files[name] = OnnxModelFiles.Write(Path.Combine(folder, file), graph);
        }

        forms.Check(Path.Combine(folder, FormatExporter.ExactFile));
        OnnxModelFiles.DeleteOthers(folder, files.Values.SelectMany(names => names));
        var fitted = temperature is null ? TemperatureFile.None : TemperatureFile.Read(context.Input(temperature));
        var measured = ExportMeasurement.Of(folder, files, network, test, fitted.Temperature, settings.LoaderThreads, progress.Add);
        new ExportsFile(test.Count, fitted.Temperature, fitted.Labels, images.SeenCount, forms.Ranges, get_num_threads(), measured.EagerOne, measured.EagerBatch, measured.Variants).Write(folder);
        return new StageResult(
            new Dictionary<string, string> { [Output] = folder },
            new JsonObject(measured.Variants.Select(variant => KeyValuePair.Create(variant.Name, (JsonNode?)JsonValue.Create(variant.Top1)))));
    }
}
