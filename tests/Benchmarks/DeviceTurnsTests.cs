using System.Text.Json.Nodes;
using Benchmarks.Device;

namespace Tests.Benchmarks;

public sealed class DeviceTurnsTests
{
    [Fact]
    public void The_product_is_compared_with_each_program_of_the_same_round()
    {
        // The first turn of each warms up. The device slows down; the other program stays at half the product's rate.
        var rows = new DeviceTurns("work", rounds: 3, gigaFlopPerImage: 20, peakTeraFlops: 100).Run(
            [("product", Program([9, 1, 2, 4])), ("other", Program([9, 2, 4, 8]))]);
        Assert.Equal(2, rows[1]["productOverThis"]!["median"]!.GetValue<double>());
        Assert.Equal(2, rows[1]["productOverThis"]!["min"]!.GetValue<double>());
        Assert.Equal(50, rows[0]["imagesPerSecond"]!["median"]!.GetValue<double>());
        // 50 images of 20 GFLOP are 1 TFLOP.
        Assert.Equal(0.01, rows[0]["shareOfMatmulPeak"]!.GetValue<double>(), 6);
    }

    [Fact]
    public void A_program_that_fails_leaves_the_others_their_rows()
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
    public void Without_the_products_or_pytorchs_turns_nothing_is_measured(bool expected, params string[] rows) => Assert.Equal(
        expected,
        DeviceRun.IsMeasured(
            new JsonArray([.. rows.Select(row => row.Split(':')).Select(row => new JsonObject { ["program"] = row[0], ["failure"] = row[1].Length > 0 ? row[1] : null })]),
            withPyTorch: true));

    private static Func<TurnReading> Program(double[] seconds)
    {
        var turn = 0;
        return () => new TurnReading(100, seconds[turn++], null);
    }
}
