using Distill.Datasets.Encoded;
using Distill.Datasets.Images;

namespace Distill.Datasets.Shards;

/// <summary>What is known of a sample while an archive is read: its members may come in any order.</summary>
internal sealed class TarSample
{
    private int? _text;
    private int? _json;

    public EncodedImage? Image { get; set; }

    /// <summary>The text is what loaders ask for by name, and so comes before a description that happens to hold a label.</summary>
    public int Label => _text ?? _json ?? ImageSet.Unlabeled;

    public void Take(int? label, bool isText)
    {
        if (isText)
        {
            _text = label;
        }
        else
        {
            _json = label;
        }
    }
}
