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
/// Exports the student to ONNX in fp32, fp16 and int8. Each model is compared with the network and measured on the test split, after all
/// training. int8 is calibrated on training images only.
/// </summary>
public static class ExportStage
{
    /// <summary>Increment it when the same options and inputs give different files.</summary>
    public const int Version = 4;

    /// <summary>Name of the folder with the models and their measurements.</summary>
    public const string Output = "exports";

    /// <summary>Exports and measures the models.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="source">The student.</param>
    /// <param name="settings">Loader threads of the run; the models run on the CPU.</param>
    /// <param name="dataset">The dataset. Its training split calibrates int8, and its test split measures the models.</param>
    /// <param name="temperature">Artifact of the softmax temperature; null for temperature 1.</param>
    /// <exception cref="InvalidDataException">The logits of the fp32 model differ from the network's.</exception>
    public static StageResult Run(
        StageContext context, ClassifierSource source, RunSettings settings, IDataset dataset, Artifact? temperature)
    {
        using var scope = NewDisposeScope();
        var (train, test) = (dataset.Train(), dataset.Test());
        using var network = source.Load(
            context.Input(source.Artifact), train.Shape.Channels, train.ClassNames.Count, new Compute(CPU, Bf16: false));
        var folder = Path.Combine(context.Folder, Output);
        Durable.MakeFolder(folder);
        Durable.SweepPartials(folder);

        using var images = CalibrationImages.Load(train, settings.LoaderThreads);
        var progress = new ExportProgress(context, FormatExporter.ImagesOfAllPasses(images) + ExportMeasurement.ImagesOfAllPasses(3, test));
        var exporter = new FormatExporter(network, train, images, progress.Add);
        var files = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (format, file, graph) in exporter.Export(context.Progress.Note))
        {
            files[format] = OnnxModelFiles.Write(Path.Combine(folder, file), graph);
        }

        exporter.Check(Path.Combine(folder, OnnxModelFiles.Fp32File));
        OnnxModelFiles.DeleteOthers(folder, files.Values.SelectMany(names => names));
        progress.SetRemaining(ExportMeasurement.ImagesOfAllPasses(files.Count, test));
        var fitted = temperature is null ? TemperatureFile.None : TemperatureFile.Read(context.Input(temperature.Value));
        var measured = ExportMeasurement.Measure(folder, files, network, test, fitted.Temperature, settings.LoaderThreads, progress.Add);

        new ExportsFile(
            test.Count,
            new FittedTemperature(fitted.Temperature, fitted.Labels),
            new Int8Calibration(images.CalibratingCount, exporter.Ranges),
            Latency.Batch,
            get_num_threads(),
            measured.Eager,
            measured.Models).Write(folder);
        return new StageResult(
            new Dictionary<string, string> { [Output] = folder },
            new JsonObject(measured.Models.Select(model => KeyValuePair.Create(model.Name, (JsonNode?)JsonValue.Create(model.Top1)))));
    }
}
