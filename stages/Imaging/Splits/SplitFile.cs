using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Imaging.Splits;

/// <summary>The text form of a <see cref="LabelSplit"/>: UTF-8, a line feed after each line, a tab between the columns.</summary>
internal static class SplitFile
{
    private static readonly char[] Separators = ['\t', '\n', '\r'];

    public static void Write(string path, ImageSet train, LabelSplit split)
    {
        var text = TextOf(train, split);
        Try(path, "written", () =>
        {
            Durable.WriteText(path, text);
            return text;
        });
    }

    public static bool IsIn(string path, ImageSet train, LabelSplit split) =>
        Try(path, "read", () => File.ReadAllText(path)) == TextOf(train, split);

    private static string TextOf(ImageSet train, LabelSplit split)
    {
        var seed = split.Seed is { } number ? FormattableString.Invariant($"{number}") : "none";
        List<string> lines =
        [
            $"# dataset: {train.Name}",
            $"# rule: {split.Rule}",
            $"# seed: {seed}",
            FormattableString.Invariant($"# labels: {split.Indices.Count} of {train.Count} images, ")
                + FormattableString.Invariant($"{split.PerClassMin} to {split.PerClassMax} in each of {train.ClassNames.Count} classes"),
            .. split.Indices.Select(index => $"{CheckName(train.ImageName(index))}\t{CheckName(train.ClassNames[train.Labels[index]])}"),
        ];
        return string.Concat(lines.Select(line => line + "\n"));
    }

    public static LabelSplit Read(string path, ImageSet train)
    {
        var images = new ImageNames(train.Count, train.ImageName);
        var chosen = new Dictionary<int, int>();
        var lines = Try(path, "read", () => File.ReadAllLines(path));
        for (var i = 0; i < lines.Length; i++)
        {
            var (line, lineNumber) = (lines[i], i + 1);
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var index = Parse(line, train, images, problem => new UserException($"{path}, line {lineNumber}: {problem}"));
            if (!chosen.TryAdd(index, lineNumber))
            {
                throw new UserException($"{path}, line {lineNumber}: {train.ImageName(index)} was already listed in line {chosen[index]}");
            }
        }

        return chosen.Count > 0
            ? new LabelSplit(train, [.. chosen.Keys], $"list {Path.GetFileName(path)}", seed: null)
            : throw new UserException($"{path}: found no images, expected one per line");
    }

    private static int Parse(string line, ImageSet train, ImageNames images, Func<string, UserException> wrong)
    {
        var columns = line.Split('\t', 2);
        var (index, problem) = images.Find(columns[0]);
        if (problem is not null)
        {
            throw wrong(problem);
        }

        var label = train.Labels[index];
        if (label == ImageSet.Unlabeled)
        {
            throw wrong($"{columns[0]} does not have a class in {train.Name}");
        }

        if (columns.Length == 2 && columns[1] != train.ClassNames[label])
        {
            throw wrong($"{columns[0]} is listed as \"{columns[1]}\", but its class in {train.Name} is \"{train.ClassNames[label]}\"");
        }

        return index;
    }

    private static string CheckName(string name) =>
        name.IndexOfAny(Separators) < 0
            ? name
            : throw new UserException($"The name \"{name}\" contains a tab or a line break, so it cannot be listed; rename the file");

    private static T Try<T>(string path, string verb, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be {verb}: {error.Message}");
        }
    }
}
