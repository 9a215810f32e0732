using System.Diagnostics;
using Distill.Learning.Ranks.Mpi;

namespace Tests.Learning.Ranks.Mpi;

public sealed class MpiCallsTests
{
    /// <summary>
    /// Sums of batch norms follow each other without a pause, and none waits for long. The others must hear of this rank all the same.
    /// </summary>
    [Fact]
    public void Calls_without_a_pause_leave_time_for_signs_of_life()
    {
        var calls = new MpiCalls(FakeMpi.Open());
        calls.StartWatch([.. Enumerable.Repeat(RankIdentity.OfThisProcess(), 2)]);
        Assert.Equal(0, FakeMpi.Sent);

        var clock = Stopwatch.StartNew();
        while (FakeMpi.Sent == 0)
        {
            calls.Broadcast(new byte[1]);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), "no sign of life within ten seconds");
        }
    }
}
