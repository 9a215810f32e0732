using Distill.Report.Charts;

namespace Distill.Report.Sections;

/// <summary>Creates the section of the training curves.</summary>
internal static class TrainingSection
{
    private const string Pretraining = "pretrain";

    /// <summary>Creates the section; null if nothing was trained.</summary>
    public static Section? Create(IReadOnlyList<Curves> curves)
    {
        var charts = new List<string>();
        if (curves.FirstOrDefault(stage => stage.Stage == Pretraining) is { } pretraining)
        {
            charts.Add(pretraining.Chart("Pretraining: NT-Xent (nats)", ("loss", "loss"), ("chanceLoss", "chance")));
            charts.Add(pretraining.Chart("Pretraining: learning rate", ("learningRate", "rate")));
            if (pretraining.Has("knn"))
            {
                charts.Add(pretraining.Chart("Pretraining: kNN on training images, top-1 (%)", ("knn", "top-1")));
            }

            if (pretraining.Has("alignment"))
            {
                charts.Add(pretraining.Chart("Pretraining: embeddings", ("spread", "spread"), ("alignment", "alignment")));
            }
        }

        Curves[] others = [.. curves.Where(stage => stage.Stage != Pretraining)];
        if (others.Length > 0)
        {
            charts.Add(Curves.Together(others, "Classifiers: loss (nats)", "loss"));
            charts.Add(Curves.Together(others, "Classifiers: learning rate", "learningRate"));
        }

        return charts.Count == 0 ? null : new Section("Training", Html.Grid(charts));
    }
}
