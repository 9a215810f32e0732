namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>
/// The running sums behind accuracies and calibration error. An image may be counted several times, as in a bootstrap's resample, and
/// each time takes a few additions.
/// </summary>
internal sealed class Tally
{
    /// <summary>Number of equal-width bins of the top probability: 15, as in Guo et al. 2017, section 5.</summary>
    public const int Bins = 15;

    /// <summary>Number of largest logits among which top-5 accuracy looks for the true class.</summary>
    public const int TopPlaces = 5;

    private readonly Outcomes _outcomes;
    private readonly int[] _binOf;
    private readonly int[] _classImages;
    private readonly int[] _classRight;
    private readonly int[] _binImages = new int[Bins];
    private readonly int[] _binRight = new int[Bins];
    private readonly double[] _binConfidence = new double[Bins];
    private int _images;

    public Tally(Outcomes outcomes)
    {
        _outcomes = outcomes;
        _binOf = [.. outcomes.Confidences.Select(confidence => Math.Clamp((int)Math.Ceiling(confidence * Bins) - 1, 0, Bins - 1))];
        (_classImages, _classRight) = (new int[outcomes.Classes], new int[outcomes.Classes]);
    }

    /// <summary>Number of images whose true class is in first place.</summary>
    public int Right => _classRight.Sum();

    /// <summary>Number of images whose true class is in one of the first <see cref="TopPlaces"/> places.</summary>
    public int WithinPlaces { get; private set; }

    /// <summary>Number of right answers and of images of each class.</summary>
    public IEnumerable<(int Right, int Count)> PerClass => _classRight.Zip(_classImages);

    /// <summary>Top-1 accuracy, in percent.</summary>
    public double Top1 => 100.0 * Right / _images;

    /// <summary>Top-5 accuracy, in percent; null below six classes, where every prediction would be right.</summary>
    public double? Top5 => _outcomes.Classes > TopPlaces ? 100.0 * WithinPlaces / _images : null;

    /// <summary>Mean accuracy over the classes that occur, in percent.</summary>
    public double MeanPerClass =>
        100 * _classImages.Zip(_classRight).Where(c => c.First > 0).Average(c => (double)c.Second / c.First);

    /// <summary>
    /// Expected calibration error, in [0, 1] (Guo et al. 2017, equation 3): Σ_m |B_m|/N · |accuracy(B_m) − confidence(B_m)|.
    /// </summary>
    public double CalibrationError =>
        Enumerable.Range(0, Bins).Sum(bin => Math.Abs(_binRight[bin] - _binConfidence[bin])) / _images;

    /// <summary>Bins of the calibration error, lowest first.</summary>
    public IReadOnlyList<CalibrationBin> Reliability => [.. Enumerable.Range(0, Bins).Select(Bin)];

    /// <summary>Counts every image once.</summary>
    public Tally AddAll()
    {
        for (var image = 0; image < _outcomes.Count; image++)
        {
            Add(image);
        }

        return this;
    }

    /// <summary>Counts an image, given by its position in the outcomes.</summary>
    public void Add(int image)
    {
        var (label, rank, bin) = (_outcomes.Labels[image], _outcomes.Ranks[image], _binOf[image]);
        var right = rank == 0 ? 1 : 0;
        _images++;
        WithinPlaces += rank < TopPlaces ? 1 : 0;
        _classImages[label]++;
        _classRight[label] += right;
        _binImages[bin]++;
        _binRight[bin] += right;
        _binConfidence[bin] += _outcomes.Confidences[image];
    }

    /// <summary>Resets all counts to 0.</summary>
    public void Clear()
    {
        (_images, WithinPlaces) = (0, 0);
        Array.ForEach<Array>([_classImages, _classRight, _binImages, _binRight, _binConfidence], Array.Clear);
    }

    private CalibrationBin Bin(int bin)
    {
        var count = _binImages[bin];
        return new CalibrationBin(
            (double)bin / Bins,
            (bin + 1.0) / Bins,
            count,
            count > 0 ? _binConfidence[bin] / count : null,
            count > 0 ? (double)_binRight[bin] / count : null);
    }
}
