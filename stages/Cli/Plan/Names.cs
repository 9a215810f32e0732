namespace Stages.Cli.Plan;

/// <summary>What the rows of the results are called, beside the rounds' students.</summary>
internal static class Names
{
    public const string Supervised = "supervised";
    public const string Teacher = "teacher";
    public const string Linear = "linear";
}
