namespace Distill.Learning.Training;

/// <summary>The groups of a batch: neighboring rows, as equal in number as possible, which are normalized separately.</summary>
public static class BatchGroup
{
    /// <summary>Returns the first row of a group; for <paramref name="group"/> = <paramref name="groups"/>, the number of rows.</summary>
    public static long First(long rows, int group, int groups) => rows * group / groups;
}
