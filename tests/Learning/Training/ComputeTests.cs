using Distill.Learning.Native;
using Distill.Learning.Training;
using TorchSharp;

namespace Tests.Learning.Training;

public sealed class ComputeTests
{
    [Theory]
    [InlineData(7, 5, false)]
    [InlineData(8, 0, true)]
    [InlineData(8, 9, true)]
    [InlineData(12, 0, true)]
    public void A_GPU_computes_in_bf16_from_compute_capability_8_on(int major, int minor, bool expected)
    {
        var gpu = new CudaGpu("A GPU", new Version(major, minor), 1L << 34);
        var (bf16, note) = Compute.Chosen(Precision.Auto, DeviceType.CUDA, gpu, cpuMultipliesBf16: true);
        Assert.Equal(expected, bf16);
        Assert.Equal(
            expected ? null : $"precision \"auto\" is fp32 here: A GPU has compute capability {major}.{minor}, and bf16 needs 8.0", note);
    }

    [Theory]
    [InlineData(Precision.Bf16, true)]
    [InlineData(Precision.Fp32, false)]
    public void A_precision_that_is_asked_for_holds_on_any_GPU(Precision precision, bool expected) =>
        Assert.Equal((expected, null), Compute.Chosen(precision, DeviceType.CUDA, new CudaGpu("A GPU", new Version(7, 0), 1), cpuMultipliesBf16: !expected));

    [Fact]
    public void A_GPU_that_the_driver_does_not_describe_computes_in_bf16() =>
        Assert.Equal((true, null), Compute.Chosen(Precision.Auto, DeviceType.CUDA, gpu: null, cpuMultipliesBf16: false));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_CPU_computes_in_bf16_where_it_has_instructions_for_it(bool multiplies) =>
        Assert.Equal((multiplies, null), Compute.Chosen(Precision.Auto, DeviceType.CPU, gpu: null, multiplies));
}
