namespace Distill.Artifacts;

/// <summary>Names of stages and of rows of the results that are not named by a round.</summary>
public static class StageNames
{
    public const string Dataset = "dataset";
    public const string Imported = "imported";
    public const string Pretrain = "pretrain";
    public const string Probe = "probe";
    public const string FineTune = "finetune";
    public const string Classify = "classify";
    public const string Supervised = "supervised";
    public const string Neighbors = "neighbors";
    public const string SelfTraining = "self-training";
    public const string Label = "label";
    public const string Evaluate = "evaluate";
    public const string Temperature = "temperature";
    public const string Export = "export";
    public const string Publish = "publish";
    public const string Report = "report";

    /// <summary>The row of the fine-tuned or imported network in the results.</summary>
    public const string Teacher = "teacher";

    /// <summary>The row of the linear probe in the results.</summary>
    public const string Linear = "linear";

    // The first two are folders of a run that no stage owns.
    private static readonly HashSet<string> Taken =
    [
        "published", "cross-validation", Dataset, Imported, Pretrain, Probe, FineTune, Classify, Supervised, Neighbors, Label, Evaluate,
        Temperature, Export, Publish, Report, Teacher, Linear,
    ];

    /// <summary>The stage that labels images for a round: label, label-2, label-3, …</summary>
    /// <param name="round">Number of the round, from 0.</param>
    public static string LabelOf(int round) => round == 0 ? Label : FormattableString.Invariant($"{Label}-{round + 1}");

    /// <summary>The stage that labels images for a round of the comparison.</summary>
    /// <param name="round">Name of the round, which is not a number.</param>
    public static string LabelOf(string round) => $"{Label}-{round}";

    /// <summary>The row of a vote of nearest neighbors in the results.</summary>
    public static string Knn(int neighbors) => FormattableString.Invariant($"knn-{neighbors}");

    /// <summary>Returns whether the name is that of a stage or result, so that no round may have it.</summary>
    public static bool IsTaken(string name) => Taken.Contains(name)
        || name.StartsWith(Label + "-", StringComparison.Ordinal)
        || name.StartsWith("knn-", StringComparison.Ordinal);
}
