using Benchmarks.Device;
using Distill.Pipeline.Options;

namespace Tests.Benchmarks;

public sealed class DeviceOptionsTests
{
    [Fact]
    public void Every_option_is_read()
    {
        var options = DeviceOptions.Parse(["--device", "cpu", "--output", "/tmp/x", "--only", "train", "--small", "--rounds", "9"]);

        Assert.Equal(("/tmp/x", "train", 9, 0.125), (options.Folder, options.Part, options.Scale.Rounds, options.Scale.Width));
        Assert.True(options.Compute.Bf16);
        Assert.Equal(DeviceScale.Paper, DeviceOptions.Parse(["--device", "cpu", "--output", "x"]).Scale);
    }

    [Fact]
    public void NCCL_is_for_GPUs()
    {
        var options = DeviceOptions.Parse(["--device", "cpu", "--output", "/tmp/x", "--only", "nccl"]);

        var error = Assert.Throws<UserException>(() => DeviceRun.Run(options, ""));
        Assert.Equal("found --only nccl on CPU, expected a GPU", error.Message);
    }

    [Theory]
    [InlineData("--device", "cpu")]
    [InlineData("--output")]
    [InlineData("--output", "x", "--only", "everything")]
    [InlineData("--output", "x", "--rounds", "0")]
    [InlineData("--output", "x", "--device", "tpu")]
    public void An_invalid_option_is_refused(params string[] arguments) =>
        Assert.Throws<UserException>(() => DeviceOptions.Parse(arguments));
}
