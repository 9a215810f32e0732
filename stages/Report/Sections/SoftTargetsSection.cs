using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using Distill.Report.Charts;
using static TorchSharp.torch;

namespace Distill.Report.Sections;

/// <summary>Creates the section of soft targets: those of the last round's teacher for some training images.</summary>
internal static class SoftTargetsSection
{
    private const int Images = 8;
    private const int ShownClasses = 4;
    private const int Bins = 20;
    private const int SampledRows = 10_000;
    private const int RowsAtOnce = 1000;

    /// <summary>Creates the section.</summary>
    /// <param name="folder">Folder of the soft targets.</param>
    /// <param name="train">The training images.</param>
    public static Section Create(string folder, ImageBank train)
    {
        using var scope = NewDisposeScope();
        var classes = train.Images.ClassNames;

        var table = SoftTargetTable.Read(folder, classes.Count, train.Images.Count, SampledRows);
        int[] rows = [.. Enumerable.Range(0, table.Count)];
        var confidences = new List<double>();
        foreach (var some in rows.Chunk(RowsAtOnce))
        {
            using var chunk = NewDisposeScope();
            confidences.AddRange(table.Take(some).softmax(1).amax([1]).ReadAll<float>().Select(p => (double)p));
        }

        int[] images = [.. table.Images.Distinct().Take(Images)];
        var pictures = Pictures.Encode(train.Take(images));
        var cells = images.Zip(
            pictures,
            (image, picture) => Html.Picture(picture, train.Images.ImageName(image)) + Bars(Mean(table, image), classes));
        return new Section("Soft targets", $"""
            <p>Soft targets of the last round's teacher for some training images: the mean over their views, at temperature 1.</p>
            {Html.Grid(cells, "images")}
            {Html.Grid([BarChart.Histogram(
                "Confidence of the teacher: share of views (%)", "probability of the most likely class", confidences, Bins,
                FormattableString.Invariant($"{confidences.Count:N0} views of training images; mean {confidences.Average():0.000}."))])}
            """);
    }

    private static float[] Mean(SoftTargetTable table, int image)
    {
        using var scope = NewDisposeScope();
        int[] rows = [.. Enumerable.Range(0, table.Count).Where(row => table.Images[row] == image)];
        return table.Take(rows).softmax(1).mean([0]).ReadAll<float>();
    }

    private static string Bars(float[] probabilities, IReadOnlyList<string> classes) => string.Concat(
        Enumerable.Range(0, probabilities.Length)
            .OrderByDescending(label => probabilities[label])
            .Take(ShownClasses)
            .Select(label => Bar(classes[label], FormattableString.Invariant($"{100 * probabilities[label]:0.0}"))));

    private static string Bar(string name, string percent) =>
        $"<p class=\"bar\" style=\"--share:{percent}%\"><span>{Html.Text(name)}</span><span>{percent} %</span></p>";
}
