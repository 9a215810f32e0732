// N images, C channels, H height, W width, K classes
using Distill.Datasets.Decoding;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Artifacts;

/// <summary>A published student, loaded in one of its formats.</summary>
public sealed class PublishedModel : IDisposable
{
    /// <summary>File name of the network's weights.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>File name of the <see cref="ModelConfig"/>.</summary>
    public const string ConfigFile = "config.json";

    /// <summary>The format that is loaded by default.</summary>
    public const string DefaultFormat = "safetensors";

    private const int Chunk = 64;

    private static readonly Dictionary<string, string> Files = new()
    {
        [DefaultFormat] = WeightsFile,
        ["fp32"] = OnnxModelFiles.Fp32File,
        ["fp16"] = OnnxModelFiles.Fp16File,
        ["int8"] = OnnxModelFiles.Int8File,
    };

    private readonly nn.Module<Tensor, Tensor>? _network;
    private readonly OnnxClassifier? _onnx;
    private readonly Lazy<IInferenceModule>? _inference;
    private readonly Compute _compute;

    private PublishedModel(ModelConfig config, string sha256, Compute compute, nn.Module<Tensor, Tensor>? network, OnnxClassifier? onnx)
    {
        (Config, Sha256, _compute, _network, _onnx) = (config, sha256, compute, network, onnx);
        _inference = network is null ? null : new(() => InferenceNetwork.Create(network, compute));
    }

    /// <summary>Names of the formats: safetensors (TorchSharp); fp32, fp16 and int8 (ONNX Runtime).</summary>
    public static IReadOnlyCollection<string> Formats => Files.Keys;

    /// <summary>SHA-256 of the loaded model file, in hexadecimal.</summary>
    public string Sha256 { get; }

    public ModelConfig Config { get; }

    /// <summary>The device that images must be on.</summary>
    public Device Device => _compute.Device;

    /// <summary>Loads a model from a published folder.</summary>
    /// <param name="folder">The published folder.</param>
    /// <param name="compute">Device and arithmetic of the network; ONNX models run on the CPU.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <exception cref="UserException">The folder does not contain a published model in this format, or the model is damaged.</exception>
    public static PublishedModel Load(string folder, Compute compute, string format = DefaultFormat)
    {
        var config = Path.Combine(folder, ConfigFile);
        if (!File.Exists(config))
        {
            throw new UserException($"{folder}: found no published model ({ConfigFile} is missing)");
        }

        var weights = Path.Combine(folder, Files[format]);
        if (!File.Exists(weights))
        {
            throw new UserException($"{folder}: the model is not available as {format} ({Files[format]} is missing)");
        }

        try
        {
            Checksums.Verify(folder, ConfigFile, Files[format]);
            var read = ModelConfig.Read(config);
            return format == DefaultFormat
                ? new PublishedModel(read, FileHash.OfFile(weights), compute, Network(read, weights, compute), null)
                : new PublishedModel(read, FileHash.OfFile(weights), compute with { Device = CPU }, null, new OnnxClassifier(weights));
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw new UserException(e.Message);
        }
    }

    /// <summary>Computes logits_NK of all images of a bank, divided by the published temperature.</summary>
    public Tensor Logits(ImageBank bank)
    {
        int[] all = [.. Enumerable.Range(0, bank.Images.Count)];
        using var scope = NewDisposeScope();
        var logits_NK = _network is not null ? Inference.Run(_network, bank, all, _compute) : InChunks(all, chunk => bank.Take(chunk));
        return logits_NK.Over(Config.Temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Computes logits_NK of images, divided by the published temperature.</summary>
    /// <param name="images">Bytes [C, H, W] of each image, see <see cref="ImageFile.Read"/>.</param>
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

    /// <summary>Computes class probabilities, per image in the order of the labels.</summary>
    /// <param name="images">Bytes [C, H, W] of each image, see <see cref="ImageFile.Read"/>.</param>
    public IReadOnlyList<float[]> Probabilities(IReadOnlyList<byte[]> images)
    {
        using var scope = NewDisposeScope();
        return [.. Logits(images).softmax(1).ReadAll<float>().Chunk(Config.Labels.Count)];
    }

    public void Dispose()
    {
        _onnx?.Dispose();
        if (_inference is { IsValueCreated: true })
        {
            _inference.Value.Dispose();
        }

        _network?.Dispose();
    }

    private static nn.Module<Tensor, Tensor> Network(ModelConfig config, string weights, Compute compute)
    {
        var source = new ClassifierSource(
            new Artifact("published", WeightsFile), (channels, classes, generator) => new ResNet(
                config.Network, channels, classes, generator));
        CheckWidth(config.Network, weights);
        return source.Load(weights, config.Shape.Channels, config.Labels.Count, compute);
    }

    /// <summary>
    /// Checks the width before the network is built: a small config.json could request any width and exhaust the memory.
    /// </summary>
    /// <exception cref="InvalidDataException">The weights are too small for this width.</exception>
    private static void CheckWidth(NetworkOptions network, string weights)
    {
        // Every block of the last stage has a matrix of at least width × width elements.
        var width = 8.0 * network.Planes;
        var largest = SafetensorsFile.ReadShapes(weights)
            .Where(entry => entry.Key.StartsWith("layer4.", StringComparison.Ordinal))
            .Max(entry => (double?)entry.Value.Aggregate(1.0, (product, size) => product * size));
        if (largest is not { } elements || elements < width * width)
        {
            throw new InvalidDataException(
                $"{weights}: its tensors are too small for the network of {ConfigFile}, "
                + FormattableString.Invariant($"{network.Architecture.Name} of width {network.Width}"));
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
            return _onnx is not null ? _onnx.Logits(images_NCHW) : _inference!.Value.Forward(images_NCHW);
        }
        catch (InvalidDataException rejected)
        {
            throw new UserException(rejected.Message);
        }
    }
}
