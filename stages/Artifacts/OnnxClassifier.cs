using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Distill.Artifacts;

/// <summary>An ONNX model as ONNX Runtime runs it on the CPU.</summary>
public sealed class OnnxClassifier : IDisposable
{
    private readonly string _name;
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <param name="path">Of the model.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses it.</exception>
    public OnnxClassifier(string path)
        : this(path, options => new InferenceSession(path, options))
    {
    }

    /// <param name="model">Its bytes.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses it.</exception>
    public OnnxClassifier(byte[] model)
        : this("the model", options => new InferenceSession(model, options))
    {
    }

    private OnnxClassifier(string name, Func<SessionOptions, InferenceSession> open)
    {
        _name = name;
        _options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = get_num_threads() };
        // A CPU without VNNI would add pairs of products of eight bits in 16, where large ones saturate; so it takes kernels that do not.
        _options.AddSessionConfigEntry("session.x64quantprecision", "1");
        _session = Understood(() => open(_options));
    }

    /// <summary>images_NCHW, floats of [0, 1] → logits_NK, fp32.</summary>
    /// <exception cref="InvalidDataException">The model takes other images.</exception>
    public Tensor Logits(Tensor images_NCHW)
    {
        using var outputs = Run(images_NCHW, [OnnxGraph.Output]);
        var logits = outputs[0];
        return tensor(logits.GetTensorDataAsSpan<float>().ToArray(), logits.GetTensorTypeAndShape().Shape);
    }

    /// <summary>Several values of the graph, as they lie in memory.</summary>
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
        return Understood(() => _session.Run(_run, [OnnxGraph.Input], [input], names));
    }

    private T Understood<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (OnnxRuntimeException refused)
        {
            throw new InvalidDataException($"{_name}: ONNX Runtime rejects it: {refused.Message}", refused);
        }
    }
}
