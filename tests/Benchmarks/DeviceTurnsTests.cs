using System.Text.Json.Nodes;
using Benchmarks.Device;

namespace Tests.Benchmarks;

public sealed class DeviceTurnsTests
{
    [Fact]
    public void The_product_is_compared_with_each_program_round_by_round()
    {
        // The first turn of each warms up. The device slows down, but the other program always has half the product's rate.
        var rows = new DeviceTurns("work", rounds: 3, gigaFlopPerImage: 20, peakTeraFlops: 100).Run(
            [("product", Program([9, 1, 2, 4])), ("other", Program([9, 2, 4, 8]))]);

        Assert.Equal(2, rows[1]["productOverThis"]!["median"]!.GetValue<double>());
        Assert.Equal(2, rows[1]["productOverThis"]!["min"]!.GetValue<double>());
        Assert.Equal(50, rows[0]["imagesPerSecond"]!["median"]!.GetValue<double>());

        // 50 images/s of 20 GFLOP each are 1 TFLOP/s.
        Assert.Equal(0.01, rows[0]["shareOfMatmulPeak"]!.GetValue<double>(), 6);
    }

    [Fact]
    public void The_rows_of_other_programs_survive_a_failed_one()
    {
        var rows = new DeviceTurns("work", rounds: 1, gigaFlopPerImage: 0, peakTeraFlops: 0).Run(
            [("product", Program([1, 1])), ("other", () => throw new InvalidOperationException("no compiler"))]);

        Assert.Equal("no compiler", rows[1]["failure"]!.GetValue<string>());
        Assert.Equal(100, rows[0]["imagesPerSecond"]!["median"]!.GetValue<double>());
        Assert.Null(rows[0]["shareOfMatmulPeak"]);
    }

    [Theory]
    [InlineData(true, "distill:", "pytorch eager:", "pytorch compile:no compiler")]
    [InlineData(false, "distill:out of memory", "pytorch eager:", "pytorch compile:")]
    [InlineData(false, "distill:", "pytorch eager:ended", "pytorch compile:")]
    [InlineData(false, "distill:", "pytorch compile:")]
    public void Nothing_is_measured_without_turns_of_the_product_and_of_PyTorch(bool expected, params string[] rows)
    {
        var json = rows.Select(row => row.Split(':'))
            .Select(row => new JsonObject { ["program"] = row[0], ["failure"] = row[1].Length > 0 ? row[1] : null });

        Assert.Equal(expected, DeviceRun.IsMeasured(new JsonArray([.. json]), withPyTorch: true));
    }

    private static Func<TurnReading> Program(double[] seconds)
    {
        var turn = 0;
        return () => new TurnReading(100, seconds[turn++], null);
    }
}
