// N images, C channels, H height, W width, K classes
using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Distill.Artifacts;

/// <summary>An ONNX model in ONNX Runtime on the CPU.</summary>
public sealed class OnnxClassifier : IDisposable
{
    private readonly string _name;
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <summary>Opens the model in a file.</summary>
    /// <exception cref="InvalidDataException">ONNX Runtime rejects the model.</exception>
    public OnnxClassifier(string path)
        : this(path, options => new InferenceSession(path, options))
    {
    }

    /// <summary>Opens the model in memory.</summary>
    /// <exception cref="InvalidDataException">ONNX Runtime rejects the model.</exception>
    public OnnxClassifier(byte[] model)
        : this("the model", options => new InferenceSession(model, options))
    {
    }

    private OnnxClassifier(string name, Func<SessionOptions, InferenceSession> open)
    {
        _name = name;
        _options = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = get_num_threads(),
        };

        // Without VNNI, the fastest int8 kernels add pairs of products in 16 bits, which saturate. This option selects exact kernels.
        _options.AddSessionConfigEntry("session.x64quantprecision", "1");
        _session = Translate(() => open(_options));
    }

    /// <summary>Computes logits_NK in fp32.</summary>
    /// <param name="images_NCHW">Floats in [0, 1].</param>
    /// <exception cref="InvalidDataException">The model expects images of another shape.</exception>
    public Tensor Logits(Tensor images_NCHW)
    {
        using var outputs = Run(images_NCHW, [OnnxGraph.Output]);
        var logits = outputs[0];
        return tensor(logits.GetTensorDataAsSpan<float>().ToArray(), logits.GetTensorTypeAndShape().Shape);
    }

    /// <summary>Computes several values of the graph and passes each with its name to <paramref name="use"/>, in row-major order.</summary>
    public void Values(Tensor images_NCHW, IReadOnlyList<string> names, Action<string, ReadOnlySpan<float>> use)
    {
        using var outputs = Run(images_NCHW, names);
        for (var i = 0; i < names.Count; i++)
        {
            use(names[i], outputs[i].GetTensorDataAsSpan<float>());
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(Tensor images_NCHW, IReadOnlyCollection<string> names)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(images_NCHW.ReadAll<float>(), images_NCHW.shape);
        return Translate(() => _session.Run(_run, [OnnxGraph.Input], [input], names));
    }

    private T Translate<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (OnnxRuntimeException rejected)
        {
            throw new InvalidDataException($"{_name}: ONNX Runtime rejects it: {rejected.Message}", rejected);
        }
    }
}
