using Stages.Imaging.Datasets;
using Stages.Learning.Arithmetic;
using Stages.Learning.Networks;
using Stages.Learning.Networks.Folded;
using Stages.Learning.Safetensors;
using Stages.Learning.Training;
using Stages.Pipeline.Options;
using Stages.Pipeline.Storage;
using static TorchSharp.torch;

namespace Stages.Publish.Model;

/// <summary>A published student, ready to classify.</summary>
public sealed class PublishedModel : IDisposable
{
    /// <summary>The network's weights.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>What the network is and how to feed it.</summary>
    public const string ConfigFile = "config.json";

    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Lazy<IFolded> _folded;
    private readonly Compute _compute;

    private PublishedModel(ModelConfig config, nn.Module<Tensor, Tensor> network, string sha256, Compute compute)
    {
        (Config, _network, Sha256, _compute) = (config, network, sha256, compute);
        _folded = new(() => FoldedNetwork.Of(network, compute));
    }

    /// <summary>Of the file of weights.</summary>
    public string Sha256 { get; }

    public ModelConfig Config { get; }

    /// <summary>The network, in inference mode.</summary>
    public nn.Module<Tensor, Tensor> Network => _network;

    /// <exception cref="UserException">The folder holds no published model, or a damaged one.</exception>
    public static PublishedModel Load(string folder, Compute compute)
    {
        var config = Path.Combine(folder, ConfigFile);
        if (!File.Exists(config))
        {
            throw new UserException($"{folder}: holds no published model ({ConfigFile} is missing)");
        }

        try
        {
            Checksums.Verify(folder, ConfigFile, WeightsFile);
            var read = ModelConfig.Read(config);
            var source = new ClassifierSource(
                $"published/{WeightsFile}", (channels, classes, generator) => new ResNet(read.Network, channels, classes, generator));
            var weights = Path.Combine(folder, WeightsFile);
            CheckWidth(read.Network, weights);
            var network = source.Load(weights, read.Shape.Channels, read.Labels.Count, compute);
            return new PublishedModel(read, network, FileHash.OfFile(weights), compute);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw new UserException(e.Message);
        }
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

    /// <summary>Class probabilities of one image file, in the order of the labels.</summary>
    /// <exception cref="UserException">The file is no readable image; it is named.</exception>
    public float[] Probabilities(string path)
    {
        using var scope = NewDisposeScope();
        var shape = Config.Shape;
        var pixels = tensor(ImageFile.Read(path, shape, Config.CentreCrop), [1, shape.Channels, shape.Height, shape.Width], dtype: ScalarType.Byte);
        var image_NCHW = pixels.to(_compute.Device).to_type(ScalarType.Float32).Over_(255);
        return _folded.Value.Forward(image_NCHW).softmax(1).ReadAll<float>();
    }

    public void Dispose()
    {
        if (_folded.IsValueCreated)
        {
            _folded.Value.Dispose();
        }

        _network.Dispose();
    }
}
