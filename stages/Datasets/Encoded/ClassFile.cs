using Distill.Pipeline.Options;

namespace Distill.Datasets.Encoded;

/// <summary>A text file with one class name per line, in the order of the class numbers. Empty lines at the end are ignored.</summary>
internal static class ClassFile
{
    /// <summary>Reads the names; null if <paramref name="path"/> is null.</summary>
    /// <exception cref="UserException">The file is missing, empty, or names a class twice.</exception>
    public static IReadOnlyList<string>? Read(string? path)
    {
        if (path is null)
        {
            return null;
        }

        if (!File.Exists(path))
        {
            throw new UserException($"{path}: this file does not exist; correct dataset.classes");
        }

        var names = File.ReadAllLines(path).Select(line => line.Trim()).Reverse().SkipWhile(line => line.Length == 0).Reverse().ToList();
        const string expected = "expected one class name per line, each different";
        return names.Count == 0 ? throw new UserException($"{path}: found no names, {expected}")
            : names.IndexOf("") is >= 0 and var empty
                ? throw new UserException($"{path}, line {empty + 1}: found an empty line, {expected}")
            : names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key is { } twice
                ? throw new UserException($"{path}: found \"{twice}\" twice, {expected}")
            : names;
    }
}
