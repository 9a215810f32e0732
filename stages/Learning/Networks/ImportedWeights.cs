using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// Loads weights from safetensors files: a ResNet with torchvision's and timm's names, or a network that this project trained.
/// </summary>
public static class ImportedWeights
{
    private const string Encoder = "encoder.";
    private const string Head = "head.";
    private const string PlainClassifier = "fc.";

    // The count of batches, which no result depends on. Some files lack it.
    private const string Counter = ".num_batches_tracked";

    /// <summary>Counts the layers of a projection head in a classifier's file; 0 for a plain ResNet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static int HeadLayersOf(string path) => SafetensorsFile.ReadShapes(path).Keys
        .Where(key => key.StartsWith(Head, StringComparison.Ordinal))
        .Select(key => key.Split('.')[1])
        .Distinct()
        .Count();

    /// <summary>Loads the encoder and, if the file has one, the projection head. A ResNet's classifier is ignored.</summary>
    /// <param name="network">The network, whose head keeps its weights if the file has no head.</param>
    /// <param name="path">A safetensors file.</param>
    /// <returns>Whether the file had a head.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or belongs to another network. The message names the first key that differs.
    /// </exception>
    public static bool LoadPretrained(ContrastiveNetwork network, string path)
    {
        using var scope = NewDisposeScope();
        var given = SafetensorsFile.Read(path);
        var withHead = given.Keys.Any(IsHead);
        var plain = IsPlain(given);
        Load(
            network.state_dict().Where(entry => withHead || !IsHead(entry.Key)),
            given,
            key => plain && !IsHead(key) ? key[Encoder.Length..] : key,
            key => !key.StartsWith(PlainClassifier, StringComparison.Ordinal),
            path);
        return withHead;

        static bool IsHead(string key) => key.StartsWith(Head, StringComparison.Ordinal);
    }

    /// <summary>Loads all weights of a classifier, from the file of a plain ResNet or of a <see cref="FineTunedNetwork"/>.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or belongs to another network. The message names the first key that differs.
    /// </exception>
    public static void LoadClassifier(FineTunedNetwork network, string path)
    {
        using var scope = NewDisposeScope();
        var given = SafetensorsFile.Read(path);
        var plain = IsPlain(given);
        Load(network.state_dict(), given, key => plain ? FineTunedNetwork.PlainKey(key) : key, _ => true, path);
    }

    private static bool IsPlain(Dictionary<string, Tensor> given) =>
        !given.Keys.Any(key => key.StartsWith(Encoder, StringComparison.Ordinal));

    private static void Load(
        IEnumerable<KeyValuePair<string, Tensor>> own,
        Dictionary<string, Tensor> given,
        Func<string, string> nameOf,
        Func<string, bool> isWanted,
        string path)
    {
        var wanted = own.Where(entry => !entry.Key.EndsWith(Counter, StringComparison.Ordinal) || given.ContainsKey(nameOf(entry.Key)))
            .ToDictionary(entry => entry.Key, entry => entry.Value);
        Weights.Copy(wanted, given, nameOf, path);
        var names = wanted.Keys.Select(nameOf).ToHashSet();
        if (given.Keys.Where(isWanted).Order(StringComparer.Ordinal).FirstOrDefault(key => !names.Contains(key)) is { } extra)
        {
            throw new InvalidDataException($"{path}: contains unexpected tensor '{extra}', which this network does not have");
        }
    }
}
