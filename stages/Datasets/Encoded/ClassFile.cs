using Distill.Pipeline.Options;

namespace Distill.Datasets.Encoded;

/// <summary>A text file with the name of a class a line, in the order of their numbers; empty lines at the end do not count.</summary>
internal static class ClassFile
{
    /// <returns>The names; null where no file is given.</returns>
    /// <exception cref="UserException">The file is missing, empty, or names a class twice.</exception>
    public static IReadOnlyList<string>? Names(string? path)
    {
        if (path is null)
        {
            return null;
        }

        if (!File.Exists(path))
        {
            throw new UserException($"{path}: this file does not exist; dataset.classes of the pipeline names it");
        }

        var names = File.ReadAllLines(path).Select(line => line.Trim()).Reverse().SkipWhile(line => line.Length == 0).Reverse().ToList();
        return names.Count > 0 && names.All(name => name.Length > 0) && names.Distinct(StringComparer.Ordinal).Count() == names.Count
            ? names
            : throw new UserException($"{path}: expected one class name per line, each different");
    }
}
