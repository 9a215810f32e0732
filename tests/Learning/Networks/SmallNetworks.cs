using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>Networks that given weights are loaded into.</summary>
internal static class SmallNetworks
{
    public static readonly HeadOptions Head = new(2, 8);

    public static FineTunedNetwork Classifier(int fromLayer)
    {
        using var generator = new Generator(2);
        return new FineTunedNetwork(new NetworkOptions(Architecture.ResNet18, 0.125, Stem.Small), Head, fromLayer, 1, 3, generator);
    }

    public static ContrastiveNetwork Contrastive()
    {
        using var generator = new Generator(2);
        return new ContrastiveNetwork(new NetworkOptions(Architecture.ResNet18, 0.125, Stem.Small), Head, 1, generator);
    }

    /// <summary>Writes tensors to a file and returns its path.</summary>
    public static string Save(TempFolder folder, IReadOnlyDictionary<string, Tensor> weights)
    {
        var path = folder["given.safetensors"];
        using var file = File.Create(path);
        SafetensorsFile.Write(file, weights);
        return path;
    }
}
