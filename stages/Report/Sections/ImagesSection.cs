using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Distill.Report.Charts;
using static TorchSharp.torch;

namespace Distill.Report.Sections;

/// <summary>Creates the section of sample images: augmented views of pretraining, and the map of the student's features.</summary>
internal static class ImagesSection
{
    private const int Columns = 10;
    private const int Views = 5;

    /// <summary>Creates the section.</summary>
    /// <param name="study">The study that contains the map.</param>
    /// <param name="train">The training images.</param>
    /// <param name="views">Augmentations of pretraining; null without pretraining.</param>
    /// <param name="pretraining">The random key of pretraining.</param>
    public static Section Create(StudentStudy study, ImageBank train, AugmentationOptions? views, RandomKey pretraining)
    {
        var classes = train.Images.ClassNames;
        var shown = classes.Count > Theme.Hues
            ? FormattableString.Invariant($" of the first {Theme.Hues} of {classes.Count:N0} classes")
            : "";
        var places = study.Places.ToLookup(place => place.Label, place => (place.X, place.Y));
        var map = PointChart.Map(
            Enumerable.Range(0, Math.Min(Theme.Hues, classes.Count))
                .Select(label => (classes[label], (IReadOnlyList<(double, double)>)[.. places[label]])),
            $"Test images{shown} in the first two principal components of the published student's features, "
            + FormattableString.Invariant($"which explain {100 * study.Explained:0} % of the variance."));
        return new Section("Images", $"""
            {(views is null ? "" : Sheet(train, views, pretraining))}
            {Html.Grid([map])}
            """);
    }

    private static string Sheet(ImageBank train, AugmentationOptions views, RandomKey pretraining)
    {
        var columns = Math.Min(Columns, train.Images.Count);
        var pictures = new List<string>();
        using var scope = NewDisposeScope();
        foreach (var row_NCHW in ViewSheet.Rows(train, views, pretraining, columns, Views))
        {
            pictures.AddRange(Pictures.Encode(row_NCHW).Select(picture => Html.Picture(picture, "view")));
            row_NCHW.Dispose();
        }

        return FormattableString.Invariant($"""
            <h3>Augmented views of pretraining</h3>
            <p>One column per training image: the original on top, its first views below.</p>
            <div class="sheet" style="--columns:{columns}">{string.Concat(pictures)}</div>
            """);
    }
}
