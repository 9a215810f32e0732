using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Distill.Report.Charts;
using static TorchSharp.torch;

namespace Distill.Report.Sections;

/// <summary>What pretraining saw, and what became of it.</summary>
internal static class ImagesSection
{
    private const int Columns = 10;
    private const int Views = 5;

    /// <param name="study">Has the map.</param>
    /// <param name="train">The training images.</param>
    /// <param name="views">Pretraining's; null where nothing was pretrained.</param>
    /// <param name="pretraining">Its key.</param>
    public static Section Of(StudentStudy study, ImageBank train, ViewOptions? views, RandomKey pretraining)
    {
        var classes = train.Images.ClassNames;
        var shown = classes.Count > Theme.Hues ? FormattableString.Invariant($" of the first {Theme.Hues} of {classes.Count:N0} classes") : "";
        var places = study.Places.ToLookup(place => place.Label, place => (place.X, place.Y));
        var map = PointChart.Map(
            Enumerable.Range(0, Math.Min(Theme.Hues, classes.Count)).Select(label => (classes[label], (IReadOnlyList<(double, double)>)[.. places[label]])),
            FormattableString.Invariant(
                $"Test images{shown} in the first two principal components of the published student's features, which explain {100 * study.Explained:0} % of the variance."));
        return new Section("Images", $"""
            {(views is null ? "" : Sheet(train, views, pretraining))}
            {Html.Grid([map])}
            """);
    }

    private static string Sheet(ImageBank train, ViewOptions views, RandomKey pretraining)
    {
        var columns = Math.Min(Columns, train.Images.Count);
        var pictures = new List<string>();
        using var scope = NewDisposeScope();
        foreach (var row_NCHW in ViewSheet.Rows(train, views, pretraining, columns, Views))
        {
            pictures.AddRange(Pictures.Of(row_NCHW).Select(picture => Html.Picture(picture, "view")));
            row_NCHW.Dispose();
        }

        return FormattableString.Invariant($"""
            <h3>Augmented views of pretraining</h3>
            <p>One column per training image: the original on top, its first views below.</p>
            <div class="sheet" style="--columns:{columns}">{string.Concat(pictures)}</div>
            """);
    }
}
