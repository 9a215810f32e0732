namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>The number of images for each pair of true and predicted class.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Counts">K×K counts, row-major: one row per true class, one column per predicted class.</param>
public sealed record ConfusionMatrix(int Classes, IReadOnlyList<int> Counts)
{
    /// <summary>Number of images of class <paramref name="label"/> that were predicted as class <paramref name="guess"/>.</summary>
    public int this[int label, int guess] => Counts[label * Classes + guess];

    /// <summary>Returns the number of images of class <paramref name="label"/>.</summary>
    public int Images(int label) => Enumerable.Range(0, Classes).Sum(guess => this[label, guess]);

    /// <summary>Counts the predictions.</summary>
    public static ConfusionMatrix Count(Outcomes outcomes)
    {
        var counts = new int[outcomes.Classes * outcomes.Classes];
        for (var image = 0; image < outcomes.Count; image++)
        {
            counts[outcomes.Labels[image] * outcomes.Classes + outcomes.Guesses[image]]++;
        }

        return new ConfusionMatrix(outcomes.Classes, counts);
    }
}
