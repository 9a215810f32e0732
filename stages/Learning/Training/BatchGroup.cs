using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>The groups of a batch: neighboring rows, as equal in number as possible, which are normalized separately.</summary>
public static class BatchGroup
{
    /// <summary>Returns the first row of a group; for <paramref name="group"/> = <paramref name="groups"/>, the number of rows.</summary>
    public static long First(long rows, int group, int groups) => rows * group / groups;

    /// <summary>Returns the rows of one group, as a view.</summary>
    public static Tensor Of(Tensor all, int group, int groups)
    {
        var (start, end) = (First(all.shape[0], group, groups), First(all.shape[0], group + 1, groups));
        return all.narrow(0, start, end - start);
    }
}
