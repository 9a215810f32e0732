namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>How many images of each class were taken for each class.</summary>
/// <param name="Classes">K.</param>
/// <param name="Counts">K×K counts, row after row: a row a true class, a column a guessed one.</param>
public sealed record ConfusionMatrix(int Classes, IReadOnlyList<int> Counts)
{
    /// <summary>Number of images of class <paramref name="label"/> that were taken for class <paramref name="guess"/>.</summary>
    public int this[int label, int guess] => Counts[label * Classes + guess];

    /// <summary>Number of images of class <paramref name="label"/>.</summary>
    public int Images(int label) => Enumerable.Range(0, Classes).Sum(guess => this[label, guess]);

    /// <summary>Counts the guesses.</summary>
    public static ConfusionMatrix Of(Outcomes outcomes)
    {
        var counts = new int[outcomes.Classes * outcomes.Classes];
        for (var image = 0; image < outcomes.Count; image++)
        {
            counts[outcomes.Labels[image] * outcomes.Classes + outcomes.Guesses[image]]++;
        }

        return new ConfusionMatrix(outcomes.Classes, counts);
    }
}
