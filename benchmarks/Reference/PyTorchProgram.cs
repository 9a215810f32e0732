using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Harness;
using Benchmarks.Workload;
using Distill.Datasets.Idx;
using Distill.Imaging.Augmentation.Operations;
using static TorchSharp.torch;

namespace Benchmarks.Reference;

/// <summary>
/// The program pytorch/simclr.py, which pretrains and labels like the product, in turns with it on the same cores.
/// </summary>
internal sealed class PyTorchProgram : IDisposable
{
    private readonly ResidentProcess _process;

    /// <param name="python">Command of <see cref="Python.Find"/>.</param>
    /// <param name="script">Path of the program.</param>
    /// <param name="bench">Workload.</param>
    public PyTorchProgram(string python, string script, Workbench bench)
    {
        _process = new ResidentProcess(python, script, OptionsOf(bench));
        var versions = _process.Send("versions");
        Parameters = versions["parameters"]!.GetValue<long>();
        Versions = $"PyTorch {versions["torch"]}, torchvision {versions["torchvision"]}, Python {versions["python"]}";
    }

    /// <summary>Versions of PyTorch, torchvision and Python.</summary>
    public string Versions { get; }

    /// <summary>Number of parameters that its pretraining trains.</summary>
    public long Parameters { get; }

    /// <summary>Creates candidates for pretraining steps, one per configuration of <see cref="Configurations"/>.</summary>
    public IEnumerable<Candidate> Pretraining() => Configurations("pretrain");

    /// <summary>Creates candidates for labeling, one per configuration of <see cref="Configurations"/>.</summary>
    public IEnumerable<Candidate> Labeling() => Configurations("label");

    public void Dispose() => _process.Dispose();

    /// <summary>
    /// Creates candidates in bf16 and fp32, with all threads and with one thread for the network. Which is fastest depends on processor and
    /// version: threads on all cores compete with the processes that make the views, of which there is one per core.
    /// </summary>
    private IEnumerable<Candidate> Configurations(string command) =>
        from precision in new[] { "bf16", "fp32" }
        from threads in new[] { get_num_threads(), 1 }.Distinct()
        select new Candidate(
            $"PyTorch and torchvision, {precision}, {threads} {(threads == 1 ? "thread" : "threads")}",
            amount => Turn(string.Create(CultureInfo.InvariantCulture, $"{command} {amount} {precision} {threads}")));

    private Reading Turn(string command)
    {
        var answer = _process.Send(command);
        return new Reading(answer["images"]!.GetValue<long>(), answer["seconds"]!.GetValue<double>());
    }

    private static JsonObject OptionsOf(Workbench bench)
    {
        var pretrain = bench.Pretrain;
        var crop = pretrain.Augmentations.Crop
            ?? throw new InvalidOperationException("the PyTorch program needs a crop as the first augmentation of pretraining, found none");
        var jitter = pretrain.Augmentations.Operations.OfType<Jitter>().FirstOrDefault();
        return new JsonObject
        {
            ["images"] = IdxFile.Locate(bench.SampleFolder, "train-images-idx3-ubyte"),
            ["threads"] = get_num_threads(),
            ["seed"] = bench.Settings.Seed,
            ["batch"] = pretrain.Training.BatchSize,
            ["architecture"] = pretrain.Network.Architecture.Name,
            ["planes"] = pretrain.Network.Planes,
            ["head"] = new JsonObject { ["layers"] = pretrain.Head.Layers, ["output"] = pretrain.Head.Output },
            ["fromLayer"] = bench.FineTune.FromLayer,
            ["classes"] = bench.Images.ClassNames.Count,
            ["temperature"] = pretrain.Temperature,
            ["learningRate"] = pretrain.Training.Optimizer.LearningRate,
            ["weightDecay"] = pretrain.Training.Optimizer.WeightDecay,
            ["views"] = new JsonObject
            {
                ["area"] = new JsonArray(crop.Area.Low, crop.Area.High),
                ["flip"] = crop.FlipProbability,
                ["jitter"] = jitter?.Probability ?? 0,
                ["brightness"] = jitter?.Brightness ?? 0,
                ["contrast"] = jitter?.Contrast ?? 0,
                ["blur"] = pretrain.Augmentations.Operations.OfType<Blur>().FirstOrDefault()?.Probability ?? 0,
            },
            ["label"] = new JsonObject
            {
                ["views"] = bench.Labeling.ViewsPerImage,
                ["area"] = new JsonArray(bench.Labeling.Crop.Area.Low, bench.Labeling.Crop.Area.High),
                ["flip"] = bench.Labeling.Crop.FlipProbability,
            },
        };
    }
}
