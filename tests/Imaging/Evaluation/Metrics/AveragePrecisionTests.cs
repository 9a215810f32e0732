using Distill.Imaging.Evaluation.Metrics;

namespace Tests.Imaging.Evaluation.Metrics;

public sealed class AveragePrecisionTests
{
    [Fact]
    public void Ranking_relevant_images_first_gives_1() =>
        Assert.Equal(1, AveragePrecision.ElevenPoint([3, 9, 7, 1], [false, true, true, false]));

    [Fact]
    public void Precision_is_the_best_at_a_recall_or_above()
    {
        // Precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1 give six levels of 1 and five of 2/3.
        Assert.Equal((6 + 5 * 2 / 3.0) / 11, AveragePrecision.ElevenPoint([3, 2, 1], [true, false, true]), 1e-15);
    }

    [Fact]
    public void Recall_of_three_tenths_reaches_that_level()
    {
        // Three of ten come first and the other seven after seven wrong ones. Recalls up to 0.3 have precision 1, the rest at best 10/17.
        var relevant = Enumerable.Range(0, 17).Select(place => place is < 3 or >= 10).ToArray();
        var scores = Enumerable.Range(0, 17).Select(place => -(double)place).ToArray();
        Assert.Equal((4 + 7 * 10 / 17.0) / 11, AveragePrecision.ElevenPoint(scores, relevant), 1e-15);
    }

    [Fact]
    public void Order_of_equal_scores_does_not_matter()
    {
        Assert.Equal(1 / 3.0, AveragePrecision.ElevenPoint([5, 5, 5], [true, false, false]), 1e-15);
        Assert.Equal(1 / 3.0, AveragePrecision.ElevenPoint([5, 5, 5], [false, false, true]), 1e-15);
    }

    [Fact]
    public void Arguments_are_unchanged()
    {
        double[] scores = [2, 3, 1];
        bool[] relevant = [true, false, true];
        AveragePrecision.ElevenPoint(scores, relevant);
        Assert.Equal([2, 3, 1], scores);
        Assert.Equal([true, false, true], relevant);
    }
}
