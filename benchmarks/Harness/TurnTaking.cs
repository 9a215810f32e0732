namespace Benchmarks.Harness;

/// <summary>
/// Runs candidates in turns, A B A B …, so that anything that slows the machine for a while slows all of them. Only rates of the same round
/// are compared.
/// </summary>
/// <param name="rounds">Number of rounds timed, after a warm-up.</param>
/// <param name="secondsPerTurn">Approximate time of a turn, if its length can be chosen.</param>
/// <param name="pause">Pause before each turn, because threads of the previous candidate spin for a while after its last kernel.</param>
internal sealed class TurnTaking(int rounds, double secondsPerTurn, TimeSpan pause)
{
    private const int WarmUpSteps = 3;
    private const int MinimumSteps = 2;
    private const int MaximumSteps = 200;

    public IReadOnlyList<Standing> Run(Contest contest)
    {
        foreach (var candidate in contest.Candidates)
        {
            candidate.Turn(contest.Amount ?? WarmUpSteps);
        }

        var amount = contest.Amount ?? ChooseSteps(contest.Candidates[0]);
        var rates = new double[contest.Candidates.Count, rounds];
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < contest.Candidates.Count; i++)
            {
                GC.Collect();
                Thread.Sleep(pause);
                rates[i, round] = contest.Candidates[i].Turn(amount).Rate;
            }
        }

        return [.. contest.Candidates.Select((candidate, i) => new Standing(
            candidate.Name,
            Spread.From(Enumerable.Range(0, rounds).Select(round => rates[i, round])),
            Spread.From(Enumerable.Range(0, rounds).Select(round => rates[i, round] / rates[0, round])),
            rounds))];
    }

    private int ChooseSteps(Candidate candidate)
    {
        var perStep = candidate.Turn(WarmUpSteps).Seconds / WarmUpSteps;
        return (int)Math.Clamp(Math.Round(secondsPerTurn / perStep), MinimumSteps, MaximumSteps);
    }
}
