using Distill.Cli.Commands;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Tests.Cli.Commands;

/// <summary>The part of the work of a task of a job array.</summary>
public sealed class ArrayTaskTests
{
    [Theory]
    [InlineData("", null, null, 0, 1)]
    [InlineData("", "2/4", null, 2, 4)]
    [InlineData("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=8 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=7", null, null, 3, 8)]
    [InlineData("SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_MAX=2", null, 4, 2, 4)]
    [InlineData("SLURM_ARRAY_TASK_ID=3", "1/2", null, 1, 2)]
    [InlineData("JOB_COMPLETION_INDEX=0", null, 5, 0, 5)]
    [InlineData("AWS_BATCH_JOB_ARRAY_INDEX=1 AWS_BATCH_JOB_ARRAY_SIZE=3", null, null, 1, 3)]
    public void Index_and_number_come_from_the_user_or_the_array(string variables, string? part, int? parts, int index, int count) =>
        Assert.Equal(new WorkPart(index, count), Task(variables).Part(part, parts));

    [Theory]
    [InlineData("", "4/4", null, "--part: found \"4/4\", expected INDEX/COUNT")]
    [InlineData("", "-1/4", null, "--part: found \"-1/4\"")]
    [InlineData("", "half", null, "--part: found \"half\"")]
    [InlineData("", "0/4", 4, "found both --part and --parts")]
    [InlineData("", null, 4, "--parts: found 4, but none of SLURM_ARRAY_TASK_ID")]
    [InlineData("JOB_COMPLETION_INDEX=0", null, null, "nothing tells the number of parts: add --parts")]
    [InlineData("SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_MAX=2", null, null, "add --parts")]
    [InlineData("SLURM_ARRAY_TASK_ID=4", null, 4, "the tasks of the array must be 0 to 3")]
    [InlineData("JOB_COMPLETION_INDEX=first", null, 4, "JOB_COMPLETION_INDEX: found \"first\"")]
    public void Other_parts_are_refused(string variables, string? part, int? parts, string message) =>
        Assert.Contains(
            message, Assert.Throws<UserException>(() => Task(variables).Part(part, parts)).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_piece_of_work_belongs_to_one_part()
    {
        var parts = Enumerable.Range(0, 4).Select(index => new WorkPart(index, 4)).ToArray();

        Assert.All(Enumerable.Range(0, 10), piece => Assert.Single(parts, part => part.Has(piece)));
        Assert.True(WorkPart.Whole.Has(7));
    }

    private static ArrayTask Task(string variables)
    {
        var set = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => text.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return new ArrayTask(set.GetValueOrDefault);
    }
}
