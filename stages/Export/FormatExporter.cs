using Distill.Artifacts;
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>Converts a network to the ONNX formats, and skips a format whose results differ too much from the network's.</summary>
/// <param name="network">The network, in evaluation mode on the CPU.</param>
/// <param name="train">The training split.</param>
/// <param name="images">Images of the training split.</param>
/// <param name="processed">Receives the number of images of each batch. It may throw to stop.</param>
internal sealed class FormatExporter(
    nn.Module<Tensor, Tensor> network, ImageSet train, CalibrationImages images, Action<long> processed)
{
    // Relative to the largest logit. fp32 differs by the order of rounding; fp16 has ten bits, and errors grow over some hundred layers.
    private const double SingleTolerance = 1e-3;
    private const double HalfTolerance = 5e-2;

    /// <summary>How much further from fp64 than the network a model may be, whose sums have another order.</summary>
    private const double RoundingFactor = 4;

    // In percent of the checking images.
    private const double MinimumAgreement = 90;

    /// <summary>Name of the rule that chose the int8 ranges; "none" without int8.</summary>
    public string Ranges { get; private set; } = "none";

    /// <summary>
    /// Number of images that all calls process if every format is exported: those of the calibration, and the checks of fp32 and fp16.
    /// </summary>
    public static long ImagesOfAllPasses(CalibrationImages images) => Calibration.ImagesOfAllPasses(images) + (2 * images.CheckingCount);

    /// <summary>Creates format, file name and graph of each model, fp32 first.</summary>
    /// <param name="note">Receives one sentence about each skipped format.</param>
    public IEnumerable<(string Format, string File, OnnxGraph Graph)> Export(Action<string> note)
    {
        var shape = train.Shape;
        var graph = InferenceNetwork.ToOnnx(network, [shape.Channels, shape.Height, shape.Width], train.ClassNames.Count);
        yield return ("fp32", OnnxModelFiles.Fp32File, graph);
        if (OnnxFile.NeedsDataFile(graph))
        {
            note("the network exceeds 2 GiB; only fp32 is exported");
            yield break;
        }

        if (ToFp16(graph, note) is { } fp16)
        {
            yield return ("fp16", OnnxModelFiles.Fp16File, fp16);
        }

        if (ToInt8(graph, note) is { } int8)
        {
            yield return ("int8", OnnxModelFiles.Int8File, int8);
        }
    }

    /// <summary>
    /// Compares the written fp32 model with the network. A network whose own logits depend on the rounding, such as one that has hardly
    /// been trained, is compared in fp64: the model may be off by a few times as much as the network in fp32.
    /// </summary>
    /// <exception cref="InvalidDataException">The logits differ.</exception>
    public void Check(string path)
    {
        using var model = new OnnxClassifier(path);
        foreach (var (difference, batch) in Differences(model).Zip(images.Checking))
        {
            // Negated, so that NaN fails too.
            if (!(difference <= SingleTolerance) && !(difference <= RoundingFactor * Rounding(batch)))
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path}: the exported model's logits differ from the network's by {difference} ")
                    + FormattableString.Invariant($"(relative to the largest; limit {SingleTolerance}). Not published"));
            }
        }
    }

    private OnnxGraph? ToFp16(OnnxGraph graph, Action<string> note)
    {
        var half = HalfPrecision.Convert(graph);
        using var model = new OnnxClassifier(OnnxModelFiles.Bytes(half));
        if (Differences(model).ToList().TrueForAll(difference => difference <= HalfTolerance))
        {
            return half;
        }

        note("fp16 skipped: its logits differ too much from the network's");
        return null;
    }

    private OnnxGraph? ToInt8(OnnxGraph graph, Action<string> note)
    {
        var (quantized, rule) = Calibration.Quantize(graph, images, processed);
        using var model = new OnnxClassifier(OnnxModelFiles.Bytes(quantized));
        if (Agreement(model) is var agreement && agreement < MinimumAgreement)
        {
            note(FormattableString.Invariant(
                $"int8 skipped: it agrees with the network on {agreement:0.0} % of the training images (minimum {MinimumAgreement} %)"));
            return null;
        }

        Ranges = rule;
        return quantized;
    }

    /// <summary>
    /// Computes for each batch the largest difference of logits, relative to the largest logit or to 1 if that is larger.
    /// </summary>
    private IEnumerable<double> Differences(OnnxClassifier model) => images.Checking.Select(batch =>
    {
        using var scope = NewDisposeScope();
        processed(batch.shape[0]);
        var expected = network.Infer(batch);
        return expected.Plus(model.Logits(batch), -1).abs().max().ReadDouble() / Math.Max(1, expected.abs().max().ReadDouble());
    });

    /// <summary>Computes how far the network's logits in fp32 are from those in fp64, relative as the differences are.</summary>
    private double Rounding(Tensor batch)
    {
        using var scope = NewDisposeScope();
        var single = network.Infer(batch).to_type(ScalarType.Float64);
        try
        {
            network.to(ScalarType.Float64);
            var exact = network.Infer(batch.to_type(ScalarType.Float64));
            return single.sub(exact).abs().max().ReadDouble() / Math.Max(1, exact.abs().max().ReadDouble());
        }
        finally
        {
            // Exact, since all values were fp32 before.
            network.to(ScalarType.Float32);
        }
    }

    private double Agreement(OnnxClassifier model)
    {
        using var scope = NewDisposeScope();
        return Accuracy.Top1(
            cat([.. images.Checking.Select(model.Logits)]), cat([.. images.Checking.Select(batch => network.Infer(batch).argmax(1))]));
    }
}
