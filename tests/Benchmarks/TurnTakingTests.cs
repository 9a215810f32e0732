using Benchmarks.Harness;

namespace Tests.Benchmarks;

public class TurnTakingTests
{
    private const int Amount = 10;

    [Fact]
    public void Turns_alternate_and_ratios_compare_the_same_round()
    {
        var order = "";

        // Seconds of the warm-up, then of each round. The machine slows down, but the second program is always twice as fast.
        var standings = new TurnTaking(rounds: 3, secondsPerTurn: 1, TimeSpan.Zero).Run(new Contest(
            "race", "images", [Runner("A", [9, 1, 2, 4]), Runner("B", [9, 0.5, 1, 2])], Amount));

        Assert.Equal("ABABABAB", order);
        Assert.Equal(new Spread(5, 2.5, 10), standings[0].Rate);
        Assert.Equal(new Spread(1, 1, 1), standings[0].Ratio);
        Assert.Equal(new Spread(10, 5, 20), standings[1].Rate);
        Assert.Equal(new Spread(2, 2, 2), standings[1].Ratio);

        Candidate Runner(string name, double[] seconds)
        {
            var turn = 0;
            return new Candidate(name, amount =>
            {
                order += name;
                return new Reading(amount, seconds[turn++]);
            });
        }
    }
}
