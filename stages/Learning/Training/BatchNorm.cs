namespace Distill.Learning.Training;

/// <summary>Over which rows batch norm computes its statistics in several processes, if a batch is one group.</summary>
public enum BatchNorm
{
    /// <summary>Over the rows of a process. One process then has the whole group.</summary>
    Local,

    /// <summary>Over the rows of all processes, each of which has a part of the group.</summary>
    Global,
}
