using Distill.Cli.Commands;
using Distill.Learning.Arithmetic;
using Distill.Learning.Diagnostics;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Tests.Learning.Diagnostics;

[Collection(TorchTests.Name)]
public sealed class DeviceChecksTests
{
    private static readonly RandomKey Random = RandomKey.FromSeed(3);

    [Fact]
    public void CPU_passes_every_check()
    {
        var rows = DeviceChecks.On(CPU).ToArray();
        Assert.All(rows, row => Assert.True(row.Passed, $"{row.Name}, {row.Precision}: {row.Error} above {row.Tolerance} {row.Failure}"));
        Assert.Equal(["bf16", "fp32"], rows.Select(row => row.Precision).Distinct().Order());
        // An error of exactly 0 would mean that the device was compared with itself.
        Assert.All(rows, row => Assert.True(row.Error > 0, row.Name));
    }

    [Fact]
    public void Missing_device_fails_with_a_reason()
    {
        var rows = DeviceChecks.On(new Device(TorchSharp.DeviceType.CUDA, 99)).ToArray();
        Assert.All(rows, row => Assert.False(row.Passed, row.Name));
        Assert.All(rows.Where(row => row.Error is null), row => Assert.Contains("CUDA", row.Failure, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(rows, row => row.Name == "pinned memory for batches");
    }

    [Fact]
    public void Gradient_that_is_one_percent_off_is_detected()
    {
        var calls = 0;
        var honest = StepCheck.All[0];
        // The first call is the step, the second is the reference.
        var wrong = honest with { Loss = outputs => honest.Loss(outputs).Times(calls++ == 0 ? 1 : 1.01) };
        using var scope = NewDisposeScope();
        Assert.InRange(wrong.Error(new Compute(CPU, Bf16: false), Random), 0.009, 0.011);
    }

    [Fact]
    public void Gradient_in_another_direction_is_detected()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(1, Difference.Direction(tensor([1.0, 0.0]), tensor([0.0, 1.0])), 12);
        Assert.Equal(0, Difference.Direction(tensor([3.0, 4.0]), tensor([0.6, 0.8])), 12);
    }

    [Theory]
    [InlineData(0.5e-4, 0)]
    [InlineData(2e-4, 2)]
    [InlineData(double.NaN, 2)]
    [InlineData(null, 2)]
    public void Doctor_exits_with_2_if_a_check_fails(double? error, int code)
    {
        CheckRow[] rows = [new("first", "fp32", 0, 1e-4, 0, null), new("second", "fp32", error, 1e-4, 0, null)];
        Assert.Equal(code, DoctorCommand.CodeOf(rows));
    }

    [Fact]
    public void Worst_error_is_NaN_if_one_is() => Assert.True(double.IsNaN(Difference.Worst(1, double.NaN, 2)));
}
