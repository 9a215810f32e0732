using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Encoded;

/// <summary>
/// A list of classes for images, with one line per image: image name, tab, class name. Lines that start with # are comments, and blanks
/// around names do not count. The image name is the path in the dataset, or the file name if only one image has it.
/// </summary>
internal sealed class LabelFile
{
    private readonly string _path;
    private readonly List<(int Line, string Image, string Class)> _lines;

    private LabelFile(string path, List<(int Line, string Image, string Class)> lines) => (_path, _lines) = (path, lines);

    /// <summary>Classes that occur in the file, in ordinal order.</summary>
    public IReadOnlyList<string> ClassNames =>
        [.. _lines.Select(line => line.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <exception cref="UserException">The file is missing, empty, or a line has no tab.</exception>
    public static LabelFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserException($"{path}: this file does not exist; correct dataset.labels");
        }

        var lines = File.ReadAllLines(path)
            .Select((text, index) => (Line: index + 1, Columns: text.Split('\t', StringSplitOptions.TrimEntries)))
            .Where(line => line.Columns is not [""] && !line.Columns[0].StartsWith('#'))
            .Select(line => line.Columns is [{ Length: > 0 } image, { Length: > 0 } name]
                ? (line.Line, image, name)
                : throw new UserException($"{path}, line {line.Line}: expected an image name, a tab and a class name"))
            .ToList();
        return lines.Count > 0
            ? new LabelFile(path, lines)
            : throw new UserException($"{path}: found no images, expected lines of an image name, a tab and a class name");
    }

    /// <summary>Returns those of the names that the file lists.</summary>
    /// <param name="names">Names of all images.</param>
    /// <exception cref="UserException">A line names no image, or several.</exception>
    public IReadOnlySet<string> Listed(IReadOnlyList<string> names)
    {
        var index = IndexOf(names.Count, number => names[number]);
        return _lines.Select(line => names[Find(index, line.Line, line.Image)]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Returns the images with the classes that the file gives them. Images that it does not list keep theirs.</summary>
    /// <param name="images">Images of a split.</param>
    /// <param name="others">Images of the other split, which the file may name too.</param>
    /// <param name="classNames">Names of the classes, by number.</param>
    /// <exception cref="UserException">
    /// A line names no image, several images, an unknown class, or a different class than an earlier line.
    /// </exception>
    public IReadOnlyList<EncodedImage> Apply(
        IReadOnlyList<EncodedImage> images, IReadOnlyList<EncodedImage> others, IReadOnlyList<string> classNames)
    {
        EncodedImage[] all = [.. images, .. others];
        var index = IndexOf(all.Length, number => all[number].Name);
        var numbers = classNames.Select((name, number) => (name, number))
            .ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        var given = new Dictionary<int, string>();
        var labeled = images.ToArray();
        foreach (var (line, image, name) in _lines)
        {
            var found = Find(index, line, image);
            if (!numbers.TryGetValue(name, out var label))
            {
                throw new UserException($"{_path}, line {line}: the class \"{name}\" does not exist{LookAlike.Note(name, classNames)}");
            }

            if (!given.TryAdd(found, name) && given[found] != name)
            {
                throw new UserException($"{_path}, line {line}: \"{image}\" already has the class \"{given[found]}\" from an earlier line");
            }

            if (found < labeled.Length)
            {
                labeled[found] = labeled[found] with { Label = label };
            }
        }

        return labeled;
    }

    private static ImageNames IndexOf(int count, Func<int, string> nameOf) => new(count, nameOf, "image");

    private int Find(ImageNames index, int line, string image) => index.Find(image) is var (found, problem) && problem is null
        ? found
        : throw new UserException($"{_path}, line {line}: {problem}");
}
