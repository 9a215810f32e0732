using Distill.Datasets.Encoded;

namespace Distill.Datasets.Shards;

/// <summary>What is known about a sample while its archive is read. Its members may come in any order.</summary>
/// <param name="member">Name of its first member.</param>
internal sealed class TarSample(string member)
{
    private (string Member, TarLabel Label)? _text;
    private (string Member, TarLabel Label)? _json;

    public string Member => member;

    public EncodedImage? Image { get; set; }

    /// <summary>Label from text, else from JSON: loaders request the text by name, but JSON may contain a label by chance.</summary>
    public TarLabel Label => _text?.Label ?? _json?.Label ?? TarLabel.None;

    /// <summary>What is wrong with the label, with the name of its member; null if nothing is.</summary>
    public string? Problem => Label.Problem;

    /// <summary>Sets the label from text or from JSON, once each.</summary>
    /// <returns>Name of the earlier member of the same kind, which remains; null if there is none.</returns>
    public string? SetLabel(string name, TarLabel label, bool fromText)
    {
        ref var place = ref fromText ? ref _text : ref _json;
        if (place is { Member: var earlier })
        {
            return earlier;
        }

        place = (name, label.Problem is { } problem ? label with { Problem = $"{name} {problem}" } : label);
        return null;
    }
}
