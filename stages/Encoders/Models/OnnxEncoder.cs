// N images, B images of a run, S height and width of the input, D features
using Distill.Encoders.Options;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Distill.Encoders.Models;

/// <summary>
/// A frozen encoder in ONNX Runtime on the CPU. Each call runs on one thread; several threads may call at the same time. The features of an
/// image depend on nothing but the image.
/// </summary>
public sealed class OnnxEncoder : IDisposable
{
    private readonly EncoderOptions _options;
    private readonly SessionOptions _sessionOptions;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly EncoderInput _input;
    private readonly EncoderOutput _output;

    private OnnxEncoder(EncoderOptions options, SessionOptions sessionOptions, InferenceSession session)
    {
        (_options, _sessionOptions, _session) = (options, sessionOptions, session);
        _input = EncoderInput.Create(options, session.InputMetadata);
        _output = EncoderOutput.Create(options, session.OutputMetadata, _input.ChannelsLast);
        BatchMultiple = _input.Batch;
        using var scope = NewDisposeScope();
        var (first, second) = EncoderProbe.Images(Size);
        var alone_ND = Features(first);
        Dimensions = (int)alone_ND.shape[1];
        if (_input.Batch > 1 && !Features(cat([first, second])).narrow(0, 0, 1).eq(alone_ND).all().ReadBoolean())
        {
            // Such a model scales values by the largest of the batch, as dynamic quantization does.
            BatchMultiple = 1;
        }
    }

    /// <summary>Opens a model and computes the features of two images, so that a model that cannot serve is refused at once.</summary>
    /// <exception cref="UserException">The file is missing or not an ONNX model, or the model is not an encoder of images.</exception>
    public static OnnxEncoder Open(EncoderOptions options)
    {
        var sessionOptions = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
        };
        sessionOptions.AddSessionConfigEntry("session.x64quantprecision", "1");
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(options.File, sessionOptions);
            return new OnnxEncoder(options, sessionOptions, session);
        }
        catch (Exception error)
        {
            session?.Dispose();
            sessionOptions.Dispose();
            if (error is OnnxRuntimeException)
            {
                throw Wrong(options, error.Message);
            }

            throw;
        }
    }

    /// <summary>Height and width of the images, in pixels.</summary>
    public int Size => _input.Size;

    /// <summary>Images that it computes together; fewer cost as much. One, if the others would change an image's features.</summary>
    public int BatchMultiple { get; }

    /// <summary>One sentence for the user: how images are prepared, and where each value comes from.</summary>
    public string Summary => _input.Summary;

    /// <summary>D, number of features.</summary>
    public int Dimensions { get; }

    /// <summary>Everything about the input and output that decides the features, as text.</summary>
    public string Description => FormattableString.Invariant(
        $"input {_input.Name} [{string.Join(", ", _input.Shape)}] {_input.Type}{(_input.Bgr ? " bgr" : "")}, ")
        + $"mean {Text(_input.Mean)}, deviation {Text(_input.Deviation)}, output {_output.Name}, pooling {_output.Pooling}, "
        + FormattableString.Invariant($"{BatchMultiple} together");

    /// <summary>Computes features: [N, D], fp32.</summary>
    /// <param name="images_N3SS">uint8, RGB.</param>
    /// <exception cref="UserException">The model fails, or its output has another shape or is not finite.</exception>
    public Tensor Features(Tensor images_N3SS)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        try
        {
            var features_ND = cat([.. images_N3SS.split(BatchMultiple).Select(Run)]);
            return features_ND.isfinite().all().ReadBoolean()
                ? features_ND.MoveToOuterDisposeScope()
                : throw Wrong(_options, $"output {_output.Name} has values that are not finite");
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or InvalidDataException)
        {
            throw Wrong(_options, failure.Message);
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _sessionOptions.Dispose();
    }

    private Tensor Run(Tensor images_B3SS)
    {
        using var scope = NewDisposeScope();
        using var input = Prepare(images_B3SS);
        using var outputs = _session.Run(_run, [_input.Name], [input], [_output.Name]);
        var shape = outputs[0].GetTensorTypeAndShape().Shape;
        var values = outputs[0].GetTensorTypeAndShape().ElementDataType == TensorElementType.Float16
            ? outputs[0].GetTensorDataAsSpan<Float16>().ToArray().Select(value => (float)value).ToArray()
            : outputs[0].GetTensorDataAsSpan<float>().ToArray();
        return _output.Pool(tensor(values, shape), _input.Batch).narrow(0, 0, images_B3SS.shape[0]).clone().MoveToOuterDisposeScope();
    }

    /// <summary>Converts images to the model's input, and fills the batch up with copies of the last one.</summary>
    private OrtValue Prepare(Tensor images_B3SS)
    {
        var missing = _input.Batch - images_B3SS.shape[0];
        var full = missing == 0 ? images_B3SS : cat([images_B3SS, images_B3SS.narrow(0, -1, 1).expand(missing, -1, -1, -1)]);
        var ordered = _input.Bgr ? full.flip(1) : full;
        if (_input.Type != TensorElementType.UInt8)
        {
            ordered = ordered.to_type(ScalarType.Float32).Over_(255).sub_(PerChannel(_input.Mean)).div_(PerChannel(_input.Deviation));
        }

        var laid = _input.ChannelsLast ? ordered.permute(0, 2, 3, 1) : ordered;
        using var bytes = (_input.Type == TensorElementType.Float16 ? laid.to_type(ScalarType.Float16) : laid).contiguous();

        // Memory of ONNX Runtime is aligned. The last digits of its sums depend on the alignment, which that of .NET's arrays does not fix.
        var input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, _input.Type, _input.Shape);
        bytes.bytes.CopyTo(input.GetTensorMutableRawData());
        return input;
    }

    private static UserException Wrong(EncoderOptions options, string message) => new($"{options.File} ({options.Where}): {message}");

    private static Tensor PerChannel(IReadOnlyList<double> values) =>
        tensor([.. values.Select(value => (float)value)], [1, EncoderInput.Channels, 1, 1]);

    private static string Text(IReadOnlyList<double> values) =>
        string.Join(" ", values.Select(value => FormattableString.Invariant($"{value:R}")));
}
