namespace Distill.Learning.Networks;

/// <summary>
/// The prefix that other programs put before every key of a network: <c>module.</c> of <c>DataParallel</c>, <c>model.</c> of
/// <c>LightningModule</c>, <c>encoder_q.</c> of MoCo, and any chain of such names.
/// </summary>
internal static class KeyPrefix
{
    // Every ResNet of this project, torchvision and timm has it.
    private const string Anchor = "layer1.0.conv1.weight";

    // In a network of this project, the anchor stands below this name, which is then not such a prefix.
    private const string Encoder = "encoder.";

    private const int Listed = 3;

    /// <summary>
    /// Returns the prefix that all keys share; "" for none. Without it, the keys are those of a ResNet or of this project.
    /// </summary>
    /// <param name="keys">All keys of a file.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidDataException">The file has several networks, or a network among other tensors.</exception>
    public static string Find(IReadOnlyCollection<string> keys, string path)
    {
        string[] networks =
        [
            .. keys.Where(key => key == Anchor || key.EndsWith("." + Anchor, StringComparison.Ordinal))
                .Select(key => key[..^Anchor.Length])
                .Order(StringComparer.Ordinal),
        ];
        if (networks.Length > 1)
        {
            throw new InvalidDataException(
                $"{path}: found {networks.Length} networks, whose keys begin with '{string.Join("' and '", networks.Take(Listed))}', "
                + "expected one; keep the tensors of one of them");
        }

        if (networks.Length == 0)
        {
            // Another message names the first key that is missing.
            return "";
        }

        var shared = Shared(keys, networks[0]);
        return networks[0][shared.Length..] is "" or Encoder ? shared : throw Mixed(keys, networks[0], path);
    }

    /// <summary>Returns the part of the network's prefix that all keys have.</summary>
    private static string Shared(IReadOnlyCollection<string> keys, string prefix)
    {
        while (prefix.Length > 0 && !keys.All(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            prefix = prefix[..(prefix.LastIndexOf('.', prefix.Length - 2) + 1)];
        }

        return prefix;
    }

    private static InvalidDataException Mixed(IReadOnlyCollection<string> keys, string prefix, string path)
    {
        var others = keys.Where(key => !key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        return new InvalidDataException(
            $"{path}: found a network whose keys begin with '{prefix}', and {others.Length} other tensors: "
            + $"{string.Join(", ", others.Take(Listed))}{(others.Length > Listed ? ", …" : "")}; "
            + $"remove these, or rename them to begin with '{prefix}' too if they belong to the network");
    }
}
