namespace Distill.Datasets.Images;

/// <summary>Finds images by name: the full one, or the last part of it where only one image has it.</summary>
public sealed class ImageNames
{
    private const int Ambiguous = -1;

    private readonly string _what;
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byLastPart = new(StringComparer.Ordinal);

    /// <param name="count">Number of images.</param>
    /// <param name="nameOf">The name of each, with forward slashes.</param>
    /// <param name="what">What one is called in messages.</param>
    public ImageNames(int count, Func<int, string> nameOf, string what = "training image")
    {
        _what = what;
        for (var index = 0; index < count; index++)
        {
            var name = nameOf(index);
            _byName[name] = index;
            var lastPart = name[(name.LastIndexOf('/') + 1)..];
            _byLastPart[lastPart] = _byLastPart.ContainsKey(lastPart) ? Ambiguous : index;
        }
    }

    /// <summary>The number of the image, or what is wrong with the name.</summary>
    public (int Index, string? Problem) Find(string name) =>
        _byName.TryGetValue(name, out var index) ? (index, null)
        : !_byLastPart.TryGetValue(name, out index) ? (-1, $"no {_what} is named \"{name}\"")
        : index == Ambiguous ? (-1, $"several {_what}s are named \"{name}\"; give the path")
        : (index, null);
}
