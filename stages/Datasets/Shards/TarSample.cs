using Distill.Datasets.Encoded;

namespace Distill.Datasets.Shards;

/// <summary>What is known about a sample while its archive is read. Its members may come in any order.</summary>
/// <param name="member">Name of its first member.</param>
internal sealed class TarSample(string member)
{
    private TarLabel? _text;
    private TarLabel? _json;

    public string Member => member;

    public EncodedImage? Image { get; set; }

    /// <summary>Label from text, else from JSON: loaders request the text by name, but JSON may contain a label by chance.</summary>
    public TarLabel Label => _text ?? _json ?? TarLabel.None;

    /// <summary>What is wrong with the label, with the name of its member; null if nothing is.</summary>
    public string? Problem => Label.Problem;

    public void SetLabel(string name, TarLabel label, bool fromText)
    {
        var named = label.Problem is { } problem ? label with { Problem = $"{name} {problem}" } : label;
        if (fromText)
        {
            _text = named;
        }
        else
        {
            _json = named;
        }
    }
}
