using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// Loads weights from safetensors files: a ResNet with torchvision's and timm's names, or a network that this project trained. All keys may
/// share a prefix (<see cref="KeyPrefix"/>). Also from ONNX models of plain ResNets (<see cref="OnnxResNet"/>). Every tensor is checked
/// (<see cref="PlausibleTensor"/>).
/// </summary>
public static class ImportedWeights
{
    private const string Encoder = "encoder.";
    private const string Head = "head.";
    private const string PlainClassifier = "fc.";

    // The count of batches, which no result depends on. Some files lack it.
    private const string Counter = ".num_batches_tracked";

    /// <summary>Counts the layers of a projection head in a classifier's file; 0 for a plain ResNet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or has several networks.</exception>
    public static int HeadLayersOf(string path)
    {
        if (IsOnnx(path))
        {
            return 0;
        }

        var keys = SafetensorsFile.ReadShapes(path).Keys.ToArray();
        var prefix = KeyPrefix.Find(keys, path);
        return keys.Where(key => key.StartsWith(prefix + Head, StringComparison.Ordinal))
            .Select(key => key[prefix.Length..].Split('.')[1])
            .Distinct()
            .Count();
    }

    /// <summary>
    /// Loads the encoder and, if the file has one, the projection head. A ResNet's classifier is ignored, and the head if the network has
    /// none.
    /// </summary>
    /// <param name="network">The network, whose head keeps its weights if the file has no head.</param>
    /// <param name="path">A safetensors file, or an ONNX model of a plain ResNet.</param>
    /// <returns>Whether the file had a head.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, belongs to another network, has impossible values, or computes other outputs. The message names the first key.
    /// </exception>
    public static bool LoadPretrained(ContrastiveNetwork network, string path)
    {
        using var scope = NewDisposeScope();
        var given = Read(path);
        var withHead = given.Keys.Any(IsHead);
        var ignoresHead = !network.state_dict().Keys.Any(IsHead);
        if (!withHead)
        {
            given = Plain(given, path);
        }

        Load(
            network.state_dict().Where(entry => withHead || !IsHead(entry.Key)),
            given,
            key => withHead ? key : FineTunedNetwork.PlainKey(key),
            key => !key.StartsWith(PlainClassifier, StringComparison.Ordinal) && !(ignoresHead && IsHead(key)),
            path);
        CheckOutputs(network.Encoder, given, path);
        return withHead;

        static bool IsHead(string key) => key.StartsWith(Head, StringComparison.Ordinal);
    }

    /// <summary>Loads all weights of a classifier, from the file of a plain ResNet or of a <see cref="FineTunedNetwork"/>.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, belongs to another network, has impossible values, or computes other outputs. The message names the first key.
    /// </exception>
    public static void LoadClassifier(FineTunedNetwork network, string path)
    {
        using var scope = NewDisposeScope();
        var given = Read(path);
        var plain = !given.Keys.Any(key => key.StartsWith(Head, StringComparison.Ordinal));
        Load(
            network.state_dict(),
            plain ? Plain(given, path) : given,
            key => plain ? FineTunedNetwork.PlainKey(key) : key,
            _ => true,
            path);
        CheckOutputs(network.Encoder, given, path);
    }

    /// <summary>Reads all tensors, without the prefix of their keys, and with counters as scalars.</summary>
    private static Dictionary<string, Tensor> Read(string path)
    {
        if (IsOnnx(path))
        {
            return OnnxResNet.Read(path);
        }

        var given = SafetensorsFile.Read(path);
        var prefix = KeyPrefix.Find(given.Keys, path);
        return given.ToDictionary(
            entry => entry.Key[prefix.Length..],
            entry => IsCounter(entry.Key) && entry.Value.numel() == 1 ? entry.Value.reshape([]) : entry.Value);
    }

    /// <summary>Returns the tensors under the keys of a plain ResNet.</summary>
    private static Dictionary<string, Tensor> Plain(Dictionary<string, Tensor> given, string path)
    {
        var plain = new Dictionary<string, Tensor>();
        foreach (var (key, tensor) in given)
        {
            if (!plain.TryAdd(FineTunedNetwork.PlainKey(key), tensor))
            {
                throw new InvalidDataException($"{path}: found both '{key}' and '{FineTunedNetwork.PlainKey(key)}', expected one of them");
            }
        }

        return plain;
    }

    private static void Load(
        IEnumerable<KeyValuePair<string, Tensor>> own,
        Dictionary<string, Tensor> given,
        Func<string, string> nameOf,
        Func<string, bool> isWanted,
        string path)
    {
        var wanted = own.Where(entry => !IsCounter(entry.Key) || given.ContainsKey(nameOf(entry.Key)))
            .ToDictionary(entry => entry.Key, entry => entry.Value);
        Weights.Copy(wanted, given, nameOf, path);
        var names = wanted.Keys.Select(nameOf).ToHashSet();
        if (given.Keys.Where(isWanted).Order(StringComparer.Ordinal).FirstOrDefault(key => !names.Contains(key)) is { } extra)
        {
            throw new InvalidDataException($"{path}: contains unexpected tensor '{extra}', which this network does not have");
        }

        foreach (var name in wanted.Keys.Where(key => !IsCounter(key)).Select(nameOf))
        {
            if (PlausibleTensor.Fault(name, given[name]) is { } fault)
            {
                throw new InvalidDataException($"{path}: {fault}");
            }
        }
    }

    private static void CheckOutputs(ResNet encoder, Dictionary<string, Tensor> given, string path)
    {
        if (IsOnnx(path))
        {
            OnnxComparison.Check(encoder, path, features_ND => given.TryGetValue(PlainClassifier + "weight", out var weight_KD)
                ? nn.functional.linear(features_ND, weight_KD, given[PlainClassifier + "bias"])
                : features_ND);
        }
    }

    private static bool IsOnnx(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    private static bool IsCounter(string key) => key.EndsWith(Counter, StringComparison.Ordinal);
}
