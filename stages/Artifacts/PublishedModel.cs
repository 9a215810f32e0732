using Distill.Datasets.Decoding;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Folded;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Artifacts;

/// <summary>A published student in one of its forms, ready to classify.</summary>
public sealed class PublishedModel : IDisposable
{
    /// <summary>The network's weights.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>What the network is and how to feed it.</summary>
    public const string ConfigFile = "config.json";

    /// <summary>The form that is loaded where none is named.</summary>
    public const string DefaultForm = "safetensors";

    private const int Chunk = 64;

    private static readonly Dictionary<string, string> Files = new()
    {
        [DefaultForm] = WeightsFile,
        ["fp32"] = "model.onnx",
        ["fp16"] = "model.fp16.onnx",
        ["int8"] = "model.int8.onnx",
    };

    private readonly nn.Module<Tensor, Tensor>? _network;
    private readonly OnnxClassifier? _onnx;
    private readonly Lazy<IInferenceModule>? _folded;
    private readonly Compute _compute;

    private PublishedModel(ModelConfig config, string sha256, Compute compute, nn.Module<Tensor, Tensor>? network, OnnxClassifier? onnx)
    {
        (Config, Sha256, _compute, _network, _onnx) = (config, sha256, compute, network, onnx);
        _folded = network is null ? null : new(() => InferenceNetwork.Of(network, compute));
    }

    /// <summary>The names of forms.</summary>
    public static IReadOnlyCollection<string> Forms => Files.Keys;

    /// <summary>Of the file of weights.</summary>
    public string Sha256 { get; }

    public ModelConfig Config { get; }

    /// <summary>Where it takes images.</summary>
    public Device Device => _compute.Device;

    /// <param name="folder">A published folder.</param>
    /// <param name="compute">Where the network runs; ONNX runs on the CPU.</param>
    /// <param name="form">Which of <see cref="Forms"/>.</param>
    /// <exception cref="UserException">The folder holds no published model, no such form of it, or a damaged one.</exception>
    public static PublishedModel Load(string folder, Compute compute, string form = DefaultForm)
    {
        var config = Path.Combine(folder, ConfigFile);
        if (!File.Exists(config))
        {
            throw new UserException($"{folder}: found no published model ({ConfigFile} is missing)");
        }

        var weights = Path.Combine(folder, Files[form]);
        if (!File.Exists(weights))
        {
            throw new UserException($"{folder}: the model is not available as {form} ({Files[form]} is missing)");
        }

        try
        {
            Checksums.Verify(folder, ConfigFile, Files[form]);
            var read = ModelConfig.Read(config);
            return form == DefaultForm
                ? new PublishedModel(read, FileHash.OfFile(weights), compute, Network(read, weights, compute), null)
                : new PublishedModel(read, FileHash.OfFile(weights), compute with { Device = CPU }, null, new OnnxClassifier(weights));
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw new UserException(e.Message);
        }
    }

    /// <summary>logits_NK of all images of a bank, as they are measured, divided by the published temperature.</summary>
    public Tensor Logits(ImageBank bank)
    {
        int[] all = [.. Enumerable.Range(0, bank.Images.Count)];
        using var scope = NewDisposeScope();
        var logits_NK = _network is not null ? Inference.Run(_network, bank, all, _compute) : InChunks(all, chunk => bank.Take(chunk));
        return logits_NK.Over(Config.Temperature).MoveToOuterDisposeScope();
    }

    /// <summary>logits_NK of images, divided by the published temperature.</summary>
    /// <param name="images">uint8 [C, H, W] each, see <see cref="ImageFile.Read"/>.</param>
    public Tensor Logits(IReadOnlyList<byte[]> images)
    {
        using var scope = NewDisposeScope();
        var shape = Config.Shape;
        var logits_NK = InChunks(images, chunk =>
        {
            byte[] pixels = [.. chunk.SelectMany(image => image)];
            return tensor(pixels, [chunk.Length, shape.Channels, shape.Height, shape.Width], dtype: ScalarType.Byte)
                .to(_compute.Device).to_type(ScalarType.Float32).Over_(255);
        });
        return logits_NK.Over(Config.Temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Class probabilities of images, each in the order of the labels.</summary>
    /// <param name="images">uint8 [C, H, W] each, see <see cref="ImageFile.Read"/>.</param>
    public IReadOnlyList<float[]> Probabilities(IReadOnlyList<byte[]> images)
    {
        using var scope = NewDisposeScope();
        return [.. Logits(images).softmax(1).ReadAll<float>().Chunk(Config.Labels.Count)];
    }

    public void Dispose()
    {
        _onnx?.Dispose();
        if (_folded is { IsValueCreated: true })
        {
            _folded.Value.Dispose();
        }

        _network?.Dispose();
    }

    private static nn.Module<Tensor, Tensor> Network(ModelConfig config, string weights, Compute compute)
    {
        var source = new ClassifierSource(
            $"published/{WeightsFile}", (channels, classes, generator) => new ResNet(config.Network, channels, classes, generator));
        CheckWidth(config.Network, weights);
        return source.Load(weights, config.Shape.Channels, config.Labels.Count, compute);
    }

    /// <summary>Before a network is made as wide as the config asks: a small file may ask for any width, the weights must be there.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    private static void CheckWidth(NetworkOptions network, string weights)
    {
        // Every block of the last stage has a matrix of at least its width squared.
        var width = 8.0 * network.Planes;
        var largest = SafetensorsFile.ReadShapes(weights)
            .Where(entry => entry.Key.StartsWith("layer4.", StringComparison.Ordinal))
            .Max(entry => (double?)entry.Value.Aggregate(1.0, (product, size) => product * size));
        if (largest is not { } elements || elements < width * width)
        {
            throw new InvalidDataException($"{weights}: its tensors are too small for the network of {ConfigFile}, {network.Architecture.Name} of width {network.Width}");
        }
    }

    private Tensor InChunks<T>(IReadOnlyList<T> images, Func<T[], Tensor> take)
    {
        using var scope = NewDisposeScope();
        return cat([.. images.Chunk(Chunk).Select(chunk =>
        {
            using var inner = NewDisposeScope();
            return Infer(take(chunk)).MoveToOuterDisposeScope();
        })]).MoveToOuterDisposeScope();
    }

    private Tensor Infer(Tensor images_NCHW)
    {
        try
        {
            return _onnx is not null ? _onnx.Logits(images_NCHW) : _folded!.Value.Forward(images_NCHW);
        }
        catch (InvalidDataException refused)
        {
            throw new UserException(refused.Message);
        }
    }
}
