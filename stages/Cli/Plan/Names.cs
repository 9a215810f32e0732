namespace Distill.Cli.Plan;

/// <summary>What stages and rows of the results are called, beside the rounds' own.</summary>
internal static class Names
{
    public const string Supervised = "supervised";
    public const string Teacher = "teacher";
    public const string Linear = "linear";

    private static readonly HashSet<string> Taken = ["dataset", "given", "pretrain", "probe", "finetune", "evaluate", "calibrate", "compact", "publish", "report", Supervised, Teacher, Linear];

    /// <summary>Whether a round must not be called so.</summary>
    public static bool IsTaken(string name) =>
        Taken.Contains(name) || name == "label" || name.StartsWith("label-", StringComparison.Ordinal) || name.StartsWith("knn-", StringComparison.Ordinal);
}
