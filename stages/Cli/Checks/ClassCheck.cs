using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Cli.Checks;

/// <summary>
/// Finds classes that the splits or the labels leave out, where the draw of labels does not refuse them anyway, and classes that may be one
/// under two spellings.
/// </summary>
internal static class ClassCheck
{
    public static IEnumerable<Finding> Find(CheckedData data)
    {
        if (data.Train?.Images?.ClassNames is [var only])
        {
            yield return Finding.Warning(Split.Train, $"train: found one class, {only}, so every answer of a network is right");
        }

        if (LookAlike.Notes(data.Train?.Images?.ClassNames ?? []).ToList() is { Count: > 0 } alike)
        {
            yield return Finding.Warning(
                Split.Train,
                $"train: {Phrases.Count(alike.Count, "class that looks like another", "classes that look like others")}: "
                    + Phrases.Examples(alike));
        }

        if (data is { Labels: { } labels, Train.Images: { } train })
        {
            var empty = Without(train, train.Labels);
            if (empty.Count > 0)
            {
                yield return Finding.Warning(Split.Train, $"train: {Listed(empty)} without an image; {Meant(empty)}");
            }

            var unlabeled = Without(train, labels.Indices.Select(index => train.Labels[index])).Except(empty).ToList();
            if (unlabeled.Count > 0)
            {
                yield return Finding.Warning(Split.Train, $"train: {Listed(unlabeled)} without a labeled image, so no network learns them");
            }
        }

        if (data.Test?.Images is { } test && Without(test, test.Labels) is { Count: > 0 } unmeasured
            && (data.Train?.Images is not { } images || unmeasured.Except(Without(images, images.Labels)).Any()))
        {
            yield return Finding.Warning(Split.Test, $"test: {Listed(unmeasured)} without an image, so their accuracy is not measured");
        }
    }

    private static List<string> Without(ImageSet images, IEnumerable<int> labels)
    {
        var present = labels.ToHashSet();
        return [.. images.ClassNames.Where((_, label) => !present.Contains(label))];
    }

    private static string Listed(List<string> classes) =>
        $"{Phrases.Count(classes.Count, "class", "classes")} ({Phrases.Examples(classes)})";

    private static string Meant(List<string> empty) => empty.Contains("0")
        ? "do the labels start at 1?"
        : "the model would have an output for each, so remove those that are not meant";
}
