using Distill.Artifacts;
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks.Folded;
using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>Makes the forms of a network, and leaves out those that do not suit it.</summary>
/// <param name="network">In inference mode, on the CPU.</param>
/// <param name="train">What it was trained on.</param>
/// <param name="images">Some of that.</param>
/// <param name="looked">Told how many images were looked at; may throw to stop.</param>
internal sealed class FormatExporter(nn.Module<Tensor, Tensor> network, ImageSet train, CalibrationImages images, Action<long> looked)
{
    /// <summary>The form in fp32.</summary>
    public const string ExactFile = "model.onnx";

    // Shares of the largest logit: what rounding in another order makes of fp32, and what fp16's ten bits do after some hundred layers.
    private const double ExactTolerance = 1e-3;
    private const double HalfTolerance = 5e-2;

    // In percent of training images; fewer than this, and eight bits are too few for the network.
    private const double LeastAgreement = 90;

    /// <summary>The rule that the ranges of eight bits were taken by; "none" where there are none.</summary>
    public string Ranges { get; private set; } = "none";

    /// <summary>Name, file and graph of each form, fp32 first.</summary>
    /// <param name="note">Told of what is left out, and why.</param>
    public IEnumerable<(string Name, string File, OnnxGraph Graph)> All(Action<string> note)
    {
        var graph = InferenceNetwork.ToOnnx(network, [train.Shape.Channels, train.Shape.Height, train.Shape.Width], train.ClassNames.Count);
        yield return ("fp32", ExactFile, graph);
        if (OnnxFile.NeedsDataFile(graph))
        {
            note("the network exceeds 2 GiB; only fp32 is exported");
            yield break;
        }

        if (Half(graph, note) is { } half)
        {
            yield return ("fp16", "model.fp16.onnx", half);
        }

        if (Eight(graph, note) is { } eight)
        {
            yield return ("int8", "model.int8.onnx", eight);
        }
    }

    /// <summary>Compares the written model in fp32 with the network.</summary>
    /// <exception cref="InvalidDataException">It gives other logits.</exception>
    public void Check(string path)
    {
        using var model = new OnnxClassifier(path);
        foreach (var difference in Differences(model))
        {
            // Negated so that no number fails, too.
            if (!(difference <= ExactTolerance))
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path}: the exported model's logits differ from the network's by {difference} (relative to the largest; limit {ExactTolerance}). Not published"));
            }
        }
    }

    private OnnxGraph? Half(OnnxGraph graph, Action<string> note)
    {
        var half = HalfPrecision.Of(graph);
        using var model = new OnnxClassifier(OnnxModelFiles.Bytes(half));
        if (Differences(model).All(difference => difference <= HalfTolerance))
        {
            return half;
        }

        note("fp16 skipped: its logits differ too much from the network's");
        return null;
    }

    private OnnxGraph? Eight(OnnxGraph graph, Action<string> note)
    {
        var (quantized, rule) = Calibration.Quantize(graph, images, looked);
        using var model = new OnnxClassifier(OnnxModelFiles.Bytes(quantized));
        if (Agreement(model) is var agreement && agreement < LeastAgreement)
        {
            note(FormattableString.Invariant(
                $"int8 skipped: it agrees with the network on {agreement:0.0} % of the checked training images (minimum {LeastAgreement} %)"));
            return null;
        }

        Ranges = rule;
        return quantized;
    }

    /// <summary>Of each batch the largest difference of logits, as a share of the largest logit, or of 1.</summary>
    private IEnumerable<double> Differences(OnnxClassifier model) => images.Others.Select(batch =>
    {
        using var scope = NewDisposeScope();
        looked(batch.shape[0]);
        var expected = network.Infer(batch);
        return expected.Plus(model.Logits(batch), -1).abs().max().ReadDouble() / Math.Max(1, expected.abs().max().ReadDouble());
    });

    private double Agreement(OnnxClassifier model)
    {
        using var scope = NewDisposeScope();
        return Accuracy.Top1(cat([.. images.Others.Select(model.Logits)]), cat([.. images.Others.Select(batch => network.Infer(batch).argmax(1))]));
    }
}
