using Distill.Datasets.Images;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Splits;

/// <summary>
/// The training images whose labels may be used. It depends only on the dataset, the rule and the seed, and is the same on every machine.
/// With one seed, a smaller number per class is a subset of a larger one.
/// </summary>
public sealed class LabelSplit
{
    private readonly ImageSet _train;
    private readonly int[] _perClass;

    internal LabelSplit(ImageSet train, IReadOnlyList<int> indices, string rule, long? seed)
    {
        (_train, Rule, Seed) = (train, rule, seed);
        Indices = [.. indices.Order()];
        _perClass = new int[train.ClassNames.Count];
        foreach (var index in Indices)
        {
            _perClass[train.Labels[index]]++;
        }
    }

    /// <summary>Numbers of the images, ascending and distinct. Each image has a known class.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Smallest number of labels of a class.</summary>
    public int PerClassMin => _perClass.Min();

    /// <summary>Largest number of labels of a class.</summary>
    public int PerClassMax => _perClass.Max();

    /// <summary>Description of how the images were chosen.</summary>
    public string Rule { get; }

    /// <summary>Seed of the draw; null for a list.</summary>
    public long? Seed { get; }

    /// <summary>Draws by fraction or number per class, or reads the list that the options name.</summary>
    /// <exception cref="UserException">A class has too few images, or the list is wrong.</exception>
    public static LabelSplit Draw(ImageSet train, LabelSplitOptions options) =>
        options.List is { } list ? Read(list, train) : Draw(train, options, "labels", _ => true);

    /// <summary>Draws from the images that another split leaves over. A fraction refers to those.</summary>
    /// <exception cref="UserException">A class has too few of them, or the list is wrong or overlaps the other split.</exception>
    public static LabelSplit DrawBeside(ImageSet train, LabelSplitOptions options, LabelSplit taken)
    {
        var others = taken.Indices.ToHashSet();
        if (options.List is not { } list)
        {
            return Draw(train, options, "held-out", index => !others.Contains(index));
        }

        var listed = Read(list, train);
        return listed.Indices.Where(others.Contains).Select(train.ImageName).FirstOrDefault() is not { } overlap
            ? listed
            : throw new UserException(
                $"{list} lists {overlap}, which is already a labeled training image; held-out images must be different ones");
    }

    private static LabelSplit Draw(ImageSet train, LabelSplitOptions options, string purpose, Func<int, bool> free)
    {
        if (train.ClassNames.Count == 0)
        {
            throw new UserException($"{train.Name} has no classes, so labels cannot be drawn from it");
        }

        var members = MembersByClass(train, free);
        var key = RandomKey.FromSeed(options.Seed).Fold(purpose);
        var quota = LabelQuota.Compute(Array.ConvertAll(members, images => images.Count), train.ClassNames, options, key);
        var indices = members.SelectMany((images, label) =>
            key.Fold(label).Permutation(images.Count).Take(quota[label]).Select(position => images[position]));
        return new LabelSplit(train, [.. indices], options.Rule, options.Seed);
    }

    /// <summary>Writes a text file: header lines that start with #, then one line per image with its name, a tab and its class.</summary>
    /// <exception cref="UserException">The file cannot be written, or a name contains a tab or a line break.</exception>
    public void Write(string path) => SplitFile.Write(path, _train, this);

    /// <summary>Returns whether an existing file has exactly the text that <see cref="Write"/> would write.</summary>
    /// <exception cref="UserException">The file cannot be read, or a name contains a tab or a line break.</exception>
    public bool IsIn(string path) => SplitFile.IsIn(path, _train, this);

    /// <summary>
    /// Reads such a file. The class is optional. A bare file name stands for the image whose path ends in it, as in published lists of
    /// file names.
    /// </summary>
    /// <exception cref="UserException">A line names an unknown image, names one twice, or contradicts the class in the dataset.</exception>
    public static LabelSplit Read(string path, ImageSet train) => SplitFile.Read(path, train);

    /// <summary>Lists the free labeled images of each class, in one pass.</summary>
    private static List<int>[] MembersByClass(ImageSet train, Func<int, bool> free)
    {
        List<int>[] members = [.. train.ClassNames.Select(_ => new List<int>())];
        var labels = train.Labels;
        for (var index = 0; index < labels.Count; index++)
        {
            if (labels[index] != ImageSet.Unlabeled && free(index))
            {
                members[labels[index]].Add(index);
            }
        }

        return members;
    }
}
