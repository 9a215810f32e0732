using Distill.Learning.Native;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using TorchSharp;

namespace Tests.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class ComputeTests
{
    [Fact]
    public void Missing_GPU_is_refused_by_Check_but_not_by_Read()
    {
        var compute = Compute.Read(PipelineFile.Parse("""{ "device": "cuda:99" }""", "test", _ => null));
        Assert.Equal(DeviceType.CUDA, compute.Device.type);
        var refusal = Assert.Throws<UserException>(compute.InFp32.Check);
        Assert.Contains("device: found \"cuda:99\", but this build finds ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, 5, false)]
    [InlineData(8, 0, true)]
    [InlineData(8, 9, true)]
    [InlineData(12, 0, true)]
    public void GPU_computes_in_bf16_from_compute_capability_8(int major, int minor, bool expected)
    {
        var gpu = new CudaGpu("A GPU", new Version(major, minor), 1L << 34);
        var (bf16, note) = Compute.ChoosePrecision(Precision.Auto, DeviceType.CUDA, gpu, cpuMultipliesBf16: true);
        Assert.Equal(expected, bf16);
        Assert.Equal(
            expected ? null : $"precision \"auto\" is fp32 here: A GPU has compute capability {major}.{minor}, and bf16 needs 8.0", note);
    }

    [Theory]
    [InlineData(Precision.Bf16, true)]
    [InlineData(Precision.Fp32, false)]
    public void Requested_precision_is_used_on_any_GPU(Precision precision, bool expected) =>
        Assert.Equal(
            (expected, null),
            Compute.ChoosePrecision(precision, DeviceType.CUDA, new CudaGpu("A GPU", new Version(7, 0), 1), cpuMultipliesBf16: !expected));

    [Fact]
    public void GPU_unknown_to_the_driver_computes_in_bf16() =>
        Assert.Equal((true, null), Compute.ChoosePrecision(Precision.Auto, DeviceType.CUDA, gpu: null, cpuMultipliesBf16: false));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CPU_computes_in_bf16_if_it_has_the_instructions(bool multiplies) =>
        Assert.Equal((multiplies, null), Compute.ChoosePrecision(Precision.Auto, DeviceType.CPU, gpu: null, multiplies));
}
