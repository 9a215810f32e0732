using Stages.Imaging.Datasets;

namespace Stages.Imaging.Splits;

/// <summary>Finds images by name: the full one, or the last part of it where only one image has it.</summary>
internal sealed class ImageIndex
{
    private const int Ambiguous = -1;

    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byLastPart = new(StringComparer.Ordinal);

    public ImageIndex(ImageSet images)
    {
        for (var index = 0; index < images.Count; index++)
        {
            var name = images.ImageName(index);
            _byName[name] = index;
            var lastPart = name[(name.LastIndexOf('/') + 1)..];
            _byLastPart[lastPart] = _byLastPart.ContainsKey(lastPart) ? Ambiguous : index;
        }
    }

    /// <summary>The number of the image, or what is wrong with the name.</summary>
    public (int Index, string? Problem) Find(string name) =>
        _byName.TryGetValue(name, out var index) ? (index, null)
        : !_byLastPart.TryGetValue(name, out index) ? (-1, $"no training image is called \"{name}\"")
        : index == Ambiguous ? (-1, $"several training images are called \"{name}\"; give the path")
        : (index, null);
}
