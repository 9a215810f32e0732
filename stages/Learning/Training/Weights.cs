using Distill.Learning.Safetensors;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>Saves and loads a network's parameters and buffers, in the safetensors format.</summary>
public static class Weights
{
    /// <summary>The name of a network's file in a stage's folder and in a checkpoint.</summary>
    public const string FileName = "weights.safetensors";

    /// <summary>
    /// The number of trained parameters, without buffers and frozen parameters, but with the weights of a model from elsewhere.
    /// </summary>
    public static long ParameterCount(this nn.Module network) =>
        network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel())
        + ((network as IExternalWeights)?.ExternalParameterCount ?? 0);

    /// <summary>Writes every parameter and buffer under its key.</summary>
    public static void Save(nn.Module network, Stream stream, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsFile.Write(stream, network.state_dict(), metadata);

    /// <summary>Copies a file's tensors into the network's, in place, so that flat views stay valid.</summary>
    /// <param name="network">The network, with exactly the keys and shapes of the file.</param>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or belongs to another network. The message names the first key that differs.
    /// </exception>
    public static void Load(nn.Module network, string path)
    {
        using var scope = NewDisposeScope();
        var saved = SafetensorsFile.Read(path);
        var own = network.state_dict();
        var extra = saved.Keys.Except(own.Keys).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null)
        {
            throw new InvalidDataException($"{path}: contains unexpected tensor '{extra}', which this network does not have");
        }

        Copy(own, saved, key => key, path);
    }

    /// <summary>
    /// Copies some of a file's tensors: for each key of the network, the tensor that <paramref name="sourceKey"/> names. Keys that it
    /// maps to null keep their values.
    /// </summary>
    /// <exception cref="InvalidDataException">A named tensor is missing or has another shape.</exception>
    public static void LoadPart(nn.Module network, string path, Func<string, string?> sourceKey)
    {
        using var scope = NewDisposeScope();
        Copy(network.state_dict(), SafetensorsFile.Read(path), sourceKey, path);
    }

    /// <summary>Copies all weights and buffers from a network of the same architecture.</summary>
    public static void CopyAll(nn.Module target, nn.Module source)
    {
        using var scope = NewDisposeScope();
        Copy(target.state_dict(), source.state_dict(), key => key, "the network to copy");
    }

    /// <summary>Copies, for each key of the target, the tensor of the source that <paramref name="sourceKey"/> names.</summary>
    public static void CopyNamed(nn.Module target, nn.Module source, Func<string, string> sourceKey)
    {
        using var scope = NewDisposeScope();
        Copy(target.state_dict(), source.state_dict(), sourceKey, "the network to copy");
    }

    /// <summary>Copies tensors by name; both sides must hold the same names and shapes.</summary>
    internal static void Copy(
        IReadOnlyDictionary<string, Tensor> targets,
        IReadOnlyDictionary<string, Tensor> sources,
        Func<string, string?> sourceKey,
        string path)
    {
        using var frozen = no_grad();
        foreach (var (key, target) in targets)
        {
            if (sourceKey(key) is not { } name)
            {
                continue;
            }

            if (!sources.TryGetValue(name, out var source))
            {
                throw new InvalidDataException($"{path}: lacks tensor '{name}', which this network needs");
            }

            if (!source.shape.SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{path}: found {name} of shape [{string.Join(", ", source.shape)}], "
                    + $"this network needs [{string.Join(", ", target.shape)}]");
            }

            target.copy_(source);
        }
    }
}
