using Distill.Learning.Ranks;
using Distill.Pipeline.Options;

namespace Tests.Learning.Ranks;

public sealed class RankLauncherTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1, "SLURM_NTASKS=4")]
    [InlineData(1, "SLURM_STEP_NUM_TASKS=1")]
    [InlineData(1, "WORLD_SIZE=8")]
    [InlineData(1, "OMPI_COMM_WORLD_SIZE=1")]
    [InlineData(2, "OMPI_COMM_WORLD_SIZE=2")]
    [InlineData(3, "PMI_SIZE=3")]
    [InlineData(4, "SLURM_STEP_NUM_TASKS=4", "PMIX_RANK=3")]
    // mpirun inside of a job's only step
    [InlineData(4, "SLURM_STEP_NUM_TASKS=1", "OMPI_COMM_WORLD_SIZE=4")]
    public void Number_of_processes_is_that_of_the_launcher(int expected, params string[] variables) =>
        Assert.Equal(expected, RankLauncher.ProcessesOf(Environment(variables)));

    [Theory]
    [InlineData("add --mpi=pmix", "SLURM_STEP_NUM_TASKS=4")]
    [InlineData("start them with mpirun -n 8", "WORLD_SIZE=8", "LOCAL_RANK=0")]
    public void Processes_that_cannot_reach_each_other_are_refused(string advice, params string[] variables)
    {
        var error = Assert.Throws<UserException>(() => RankLauncher.ProcessesOf(Environment(variables)));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE=2")]
    [InlineData("SLURM_STEP_NUM_TASKS=4")]
    [InlineData("WORLD_SIZE=8", "LOCAL_RANK=0")]
    public void Command_that_would_do_the_same_in_every_process_is_refused(params string[] variables)
    {
        var error = Assert.Throws<UserException>(() => RankLauncher.RefuseSeveral("publish", Environment(variables)));
        Assert.StartsWith("distill publish was started as several processes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("OMPI_COMM_WORLD_SIZE=1")]
    [InlineData("SLURM_STEP_NUM_TASKS=1")]
    [InlineData("SLURM_NTASKS=4")]
    public void Command_of_one_process_is_not_refused(params string[] variables) =>
        RankLauncher.RefuseSeveral("publish", Environment(variables));

    private static Func<string, string?> Environment(string[] variables)
    {
        var values = variables.Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return values.GetValueOrDefault;
    }
}
