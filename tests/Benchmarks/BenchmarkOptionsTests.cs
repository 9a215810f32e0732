using Benchmarks.Harness;
using Benchmarks.Scale;
using Distill.Pipeline.Options;

namespace Tests.Benchmarks;

public sealed class BenchmarkOptionsTests
{
    [Fact]
    public void Without_arguments_the_defaults_hold()
    {
        Assert.Equal(new BenchmarkOptions(7, Only: null), BenchmarkOptions.Parse([]));
        Assert.Equal(new ScaleOptions(1_000_000, Only: null), ScaleOptions.Parse([]));
    }

    [Fact]
    public void The_command_repeats_the_options()
    {
        Assert.Equal("make bench", BenchmarkOptions.Parse([]).Command);
        Assert.Equal("make bench BENCH_PAIRS=3 BENCH_ONLY=label", BenchmarkOptions.Parse(["--pairs", "3", "--only", "label"]).Command);
        Assert.Equal("make bench-scale BENCH_IMAGES=10000", ScaleOptions.Parse(["--images", "10000"]).MakeCommand);
    }

    [Theory]
    [InlineData("--pairs", "0")]
    [InlineData("--pairs", "many")]
    [InlineData("--pairs")]
    [InlineData("--unknown")]
    public void An_invalid_option_is_refused(params string[] arguments) =>
        Assert.Throws<UserException>(() => BenchmarkOptions.Parse(arguments));

    [Theory]
    [InlineData("--images", "9999")]
    [InlineData("--images")]
    [InlineData("--unknown")]
    public void An_invalid_option_of_scale_is_refused(params string[] arguments) =>
        Assert.Throws<UserException>(() => ScaleOptions.Parse(arguments));
}
