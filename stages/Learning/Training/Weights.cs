using Distill.Learning.Safetensors;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>A network's parameters and buffers to and from safetensors.</summary>
public static class Weights
{
    /// <summary>Writes every parameter and buffer under its key.</summary>
    public static void Save(nn.Module network, Stream stream, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsFile.Write(stream, network.state_dict(), metadata);

    /// <summary>Copies a file's tensors into the network's own, in place, so that flat views stay valid.</summary>
    /// <param name="network">Must have exactly the file's keys and shapes.</param>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="InvalidDataException">The file is damaged or of another network; the first key that differs is named.</exception>
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
    /// Copies a part of a file's tensors: for each of the network's keys the tensor that <paramref name="sourceKey"/>
    /// names; keys it maps to null keep their values.
    /// </summary>
    /// <exception cref="InvalidDataException">A named tensor is missing or of another shape.</exception>
    public static void LoadPart(nn.Module network, string path, Func<string, string?> sourceKey)
    {
        using var scope = NewDisposeScope();
        Copy(network.state_dict(), SafetensorsFile.Read(path), sourceKey, path);
    }

    /// <summary>Gives a network the weights and buffers of another of the same plan.</summary>
    public static void CopyAll(nn.Module target, nn.Module source)
    {
        using var scope = NewDisposeScope();
        Copy(target.state_dict(), source.state_dict(), key => key, "the network to copy");
    }

    /// <summary>Gives a network, for each of its keys, the other's tensor of the name that <paramref name="sourceKey"/> says.</summary>
    public static void CopyNamed(nn.Module target, nn.Module source, Func<string, string> sourceKey)
    {
        using var scope = NewDisposeScope();
        Copy(target.state_dict(), source.state_dict(), sourceKey, "the network to copy");
    }

    /// <summary>Copies tensors by name; both sides must hold the same names and shapes.</summary>
    internal static void Copy(
        IReadOnlyDictionary<string, Tensor> targets, IReadOnlyDictionary<string, Tensor> sources, Func<string, string?> sourceKey, string path)
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
                    $"{path}: found {name} of shape [{string.Join(", ", source.shape)}], this network needs [{string.Join(", ", target.shape)}]");
            }

            target.copy_(source);
        }
    }
}
