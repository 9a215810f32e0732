using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Harness;
using Benchmarks.Workload;
using Distill.Datasets.Idx;
using Distill.Imaging.Augmentation.Operations;
using static TorchSharp.torch;

namespace Benchmarks.Reference;

/// <summary>
/// pytorch/simclr.py, which pretrains and labels as the product does, in turns with it on the same cores.
/// </summary>
internal sealed class PyTorchProgram : IDisposable
{
    private readonly ResidentProcess _process;

    /// <param name="python">From <see cref="Python.Find"/>.</param>
    /// <param name="script">The program.</param>
    /// <param name="bench">What it is to do.</param>
    public PyTorchProgram(string python, string script, Workbench bench)
    {
        _process = new ResidentProcess(python, script, OptionsOf(bench));
        var versions = _process.Send("versions");
        Parameters = versions["parameters"]!.GetValue<long>();
        Versions = $"PyTorch {versions["torch"]}, torchvision {versions["torchvision"]}, Python {versions["python"]}";
    }

    /// <summary>What runs there.</summary>
    public string Versions { get; }

    /// <summary>Numbers that its pretraining learns.</summary>
    public long Parameters { get; }

    /// <summary>Pretraining steps, every way of <see cref="InEveryWay"/>.</summary>
    public IEnumerable<Candidate> Pretraining() => InEveryWay("pretrain");

    /// <summary>Labeling, likewise.</summary>
    public IEnumerable<Candidate> Labeling() => InEveryWay("label");

    public void Dispose() => _process.Dispose();

    /// <summary>
    /// In either arithmetic, and with all threads or one for the network: which is fastest depends on processor and version, and a thread for
    /// every core gets into the way of the processes that make the views, of which there is one a core all the same.
    /// </summary>
    private IEnumerable<Candidate> InEveryWay(string command) =>
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
        var crop = pretrain.Views.Crop ?? throw new InvalidOperationException("pretraining's views begin with no crop, and the PyTorch program needs one");
        var jitter = pretrain.Views.Operations.OfType<Jitter>().FirstOrDefault();
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
                ["blur"] = pretrain.Views.Operations.OfType<Blur>().FirstOrDefault()?.Probability ?? 0,
            },
            ["label"] = new JsonObject
            {
                ["views"] = bench.Labeling.Views,
                ["area"] = new JsonArray(bench.Labeling.Crop.Area.Low, bench.Labeling.Crop.Area.High),
                ["flip"] = bench.Labeling.Crop.FlipProbability,
            },
        };
    }
}
