using System.Text.Json.Nodes;
using Stages.Imaging.Datasets;
using Stages.Imaging.Evaluation;
using Stages.Imaging.Loading;
using Stages.Learning.Arithmetic;
using Stages.Learning.Networks;
using Stages.Learning.Networks.Folded;
using Stages.Learning.Onnx;
using Stages.Learning.Training;
using Stages.Pipeline.Plan;
using Stages.Pipeline.Storage;
using static TorchSharp.torch;

namespace Stages.Publish.Compact;

/// <summary>
/// The student as ONNX, in fp32, fp16 and eight bits: each compared with the network that it was made of, and measured on the test split after all
/// training is over. Eight bits are calibrated on training images alone.
/// </summary>
public static class CompactStage
{
    /// <summary>Raised when the same options and inputs give other files than before.</summary>
    public const int Version = 1;

    /// <summary>The folder with the models, and with what was measured of them.</summary>
    public const string Output = "variants";

    /// <summary>The variant that others are compared with.</summary>
    public const string Exact = "fp32";

    private const int Chunk = 64;
    private const int CalibrationImages = 512;

    // Shares of the largest logit: what rounding in another order makes of fp32, and what fp16's ten bits do after some hundred layers.
    private const double ExactTolerance = 1e-3;
    private const double HalfTolerance = 5e-2;

    // In percent of training images; fewer than this, and eight bits are too few for the network.
    private const double LeastAgreement = 90;

    /// <param name="context">Where it runs.</param>
    /// <param name="source">The student.</param>
    /// <param name="settings">What all stages share; the variants run on the CPU.</param>
    /// <param name="dataset">Its training images calibrate, its test split judges.</param>
    /// <exception cref="InvalidDataException">A variant gives other logits than the network.</exception>
    public static StageResult Run(StageContext context, ClassifierSource source, RunSettings settings, IDataset dataset)
    {
        using var scope = NewDisposeScope();
        var folder = Path.Combine(context.Folder, Output);
        Durable.MakeFolder(folder);
        Durable.SweepPartials(folder);
        var cpu = new Compute(CPU, Bf16: false);
        var (train, test) = (dataset.Train(), dataset.Test());
        using var network = source.Load(context.Input(source.Artefact), train.Shape.Channels, train.ClassNames.Count, cpu);
        using var bank = ImageBank.Open(train, CPU, settings.LoaderThreads);
        var batches = Batches(bank);
        var (seen, others) = (batches.Where((_, i) => i % 2 == 0).ToArray(), batches.Where((_, i) => i % 2 == 1).ToArray());

        var graph = FoldedNetwork.ToOnnx(network, [train.Shape.Channels, train.Shape.Height, train.Shape.Width], train.ClassNames.Count);
        var files = new Dictionary<string, IReadOnlyList<string>> { [Exact] = Write("model.onnx", graph) };
        Check(Path.Combine(folder, "model.onnx"), network, others);
        context.Cancellation.ThrowIfCancellationRequested();

        var rule = "none";
        if (OnnxFile.NeedsDataFile(graph))
        {
            context.Progress.Note("a network of more than 2 GiB is published in fp32 alone");
        }
        else
        {
            if (HalfPrecision.Of(graph) is var half && Differences(half, network, others).All(difference => difference <= HalfTolerance))
            {
                files["fp16"] = Write("model.fp16.onnx", half);
            }
            else
            {
                context.Progress.Note("fp16 is too narrow for this network, whose logits it does not give; left out");
            }

            context.Cancellation.ThrowIfCancellationRequested();
            (var quantized, rule) = Calibration.Quantize(graph, seen, others);
            if (Agreement(quantized, network, others) is var agreement && agreement >= LeastAgreement)
            {
                files["int8"] = Write("model.int8.onnx", quantized);
            }
            else
            {
                context.Progress.Note(FormattableString.Invariant(
                    $"eight bits are too few for this network: of {CalibrationImages} training images they name {agreement:0.0} % as it does, and {LeastAgreement} % are asked for; left out"));
            }
        }

        context.Cancellation.ThrowIfCancellationRequested();
        var measured = VariantMeasurement.Of(folder, files, network, test, settings);
        new VariantsFile(test.Count, seen.Sum(images => images.shape[0]), rule, get_num_threads(), measured.EagerOne, measured.EagerBatch, measured.Variants)
            .Write(folder);
        return new StageResult(
            new Dictionary<string, string> { [Output] = folder },
            new JsonObject(measured.Variants.Select(variant => KeyValuePair.Create(variant.Name, (JsonNode?)JsonValue.Create(variant.Top1)))));

        IReadOnlyList<string> Write(string name, OnnxGraph form) => CompactFiles.Write(Path.Combine(folder, name), form);
    }

    /// <summary>Batches of training images, spread over all of them.</summary>
    private static Tensor[] Batches(ImageBank bank)
    {
        var all = bank.Images.Count;
        var count = Math.Min(2 * CalibrationImages, all);
        return [.. Enumerable.Range(0, count).Select(i => (int)((long)i * all / count)).Chunk(Math.Min(Chunk, Math.Max(1, count / 2))).Select(bank.Take)];
    }

    private static void Check(string path, nn.Module<Tensor, Tensor> network, Tensor[] images)
    {
        using var model = new OnnxClassifier(path);
        foreach (var difference in Differences(model, network, images))
        {
            // Negated so that no number fails, too.
            if (!(difference <= ExactTolerance))
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path} is not the network that it was made of: its logits differ by {difference} of the largest, and {ExactTolerance} is allowed; it is not published"));
            }
        }
    }

    private static double[] Differences(OnnxGraph graph, nn.Module<Tensor, Tensor> network, Tensor[] images)
    {
        using var model = new OnnxClassifier(CompactFiles.Bytes(graph));
        return [.. Differences(model, network, images)];
    }

    /// <summary>Of each batch the largest difference of logits, as a share of the largest logit, or of 1.</summary>
    private static IEnumerable<double> Differences(OnnxClassifier model, nn.Module<Tensor, Tensor> network, Tensor[] images) => images.Select(batch =>
    {
        using var scope = NewDisposeScope();
        var expected = Eager(network, batch);
        return expected.Plus(model.Logits(batch), -1).abs().max().ReadDouble() / Math.Max(1, expected.abs().max().ReadDouble());
    });

    private static double Agreement(OnnxGraph graph, nn.Module<Tensor, Tensor> network, Tensor[] images)
    {
        using var scope = NewDisposeScope();
        using var model = new OnnxClassifier(CompactFiles.Bytes(graph));
        return Accuracy.Top1(cat([.. images.Select(model.Logits)]), cat([.. images.Select(batch => Eager(network, batch).argmax(1))]));
    }

    /// <summary>The network as TorchSharp runs it, a module after the other.</summary>
    internal static Tensor Eager(nn.Module<Tensor, Tensor> network, Tensor images_NCHW)
    {
        using var frozen = no_grad();
        return network.forward(images_NCHW);
    }
}
