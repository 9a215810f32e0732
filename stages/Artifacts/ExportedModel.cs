namespace Distill.Artifacts;

/// <summary>The published network in one ONNX format, with its measurements on the test split.</summary>
/// <param name="Name">The format: fp32, fp16 or int8.</param>
/// <param name="Files">The model's file and, above 2 GiB, the file of its weights.</param>
/// <param name="Bytes">Total size of the files.</param>
/// <param name="Top1">Top-1 accuracy in percent.</param>
/// <param name="Agreement">Percentage of test images for which the network predicts the same class.</param>
/// <param name="CalibrationError">Expected calibration error in [0, 1], in 15 bins.</param>
/// <param name="NegativeLogLikelihood">Mean negative log likelihood in nats.</param>
/// <param name="MillisecondsOne">Median latency for one image.</param>
/// <param name="MillisecondsBatch">Median latency for <see cref="Latency.Batch"/> images.</param>
public sealed record ExportedModel(
    string Name,
    IReadOnlyList<string> Files,
    long Bytes,
    double Top1,
    double Agreement,
    double CalibrationError,
    double NegativeLogLikelihood,
    double MillisecondsOne,
    double MillisecondsBatch);
