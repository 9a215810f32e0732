using Distill.Pipeline.Options;

namespace Distill.Datasets.Images;

/// <summary>An index of images by full name, and by the last part of the name if only one image has it.</summary>
public sealed class ImageNames
{
    private const int Ambiguous = -1;

    private readonly string _noun;
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byLastPart = new(StringComparer.Ordinal);

    /// <param name="count">Number of images.</param>
    /// <param name="nameOf">Returns the name of an image, with forward slashes.</param>
    /// <param name="noun">Noun for an image in messages.</param>
    public ImageNames(int count, Func<int, string> nameOf, string noun = "training image")
    {
        _noun = noun;
        for (var index = 0; index < count; index++)
        {
            var name = nameOf(index);
            _byName[name] = index;
            var lastPart = name[(name.LastIndexOf('/') + 1)..];
            _byLastPart[lastPart] = _byLastPart.ContainsKey(lastPart) ? Ambiguous : index;
        }
    }

    /// <summary>Returns the image's number, or what is wrong with the name.</summary>
    public (int Index, string? Problem) Find(string name) =>
        _byName.TryGetValue(name, out var index) ? (index, null)
        : !_byLastPart.TryGetValue(name, out index) ? (-1, $"no {_noun} is named \"{name}\"{LookAlike.Note(name, Known(name))}")
        : index == Ambiguous ? (-1, $"several {_noun}s are named \"{name}\"; give the path")
        : (index, null);

    private Dictionary<string, int>.KeyCollection Known(string name) =>
        name.Contains('/', StringComparison.Ordinal) ? _byName.Keys : _byLastPart.Keys;
}
