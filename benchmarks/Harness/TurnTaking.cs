namespace Benchmarks.Harness;

/// <summary>
/// Lets contestants take turns, A B A B …, so that whatever slows the machine for a while slows all of them, and compares rates of the same
/// round only.
/// </summary>
/// <param name="rounds">Rounds timed, after a warm-up.</param>
/// <param name="secondsPerTurn">What a turn should take about, where its length can be chosen.</param>
/// <param name="pause">Before each turn: threads of the contestant before spin for a while after its last kernel.</param>
internal sealed class TurnTaking(int rounds, double secondsPerTurn, TimeSpan pause)
{
    private const int WarmUpSteps = 3;
    private const int LeastSteps = 2;
    private const int MostSteps = 200;

    public IReadOnlyList<Standing> Run(Contest contest)
    {
        foreach (var contestant in contest.Contestants)
        {
            contestant.Turn(contest.Amount ?? WarmUpSteps);
        }

        var amount = contest.Amount ?? StepsOf(contest.Contestants[0]);
        var rates = new double[contest.Contestants.Count, rounds];
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < contest.Contestants.Count; i++)
            {
                GC.Collect();
                Thread.Sleep(pause);
                rates[i, round] = contest.Contestants[i].Turn(amount).Rate;
            }
        }

        return [.. contest.Contestants.Select((contestant, i) => new Standing(
            contestant.Name,
            Spread.Of(Enumerable.Range(0, rounds).Select(round => rates[i, round])),
            Spread.Of(Enumerable.Range(0, rounds).Select(round => rates[i, round] / rates[0, round])),
            rounds))];
    }

    private int StepsOf(Candidate contestant)
    {
        var perStep = contestant.Turn(WarmUpSteps).Seconds / WarmUpSteps;
        return (int)Math.Clamp(Math.Round(secondsPerTurn / perStep), LeastSteps, MostSteps);
    }
}
