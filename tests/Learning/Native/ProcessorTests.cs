using Distill.Learning.Native;

namespace Tests.Learning.Native;

public sealed class ProcessorTests
{
    private const string Avx512 = "avx2 fma avx512f avx512vl avx512bw avx512dq";

    [Theory]
    [InlineData("avx2 avx512f avx512_bf16", null, true)]
    [InlineData("avx2 amx_bf16", "", true)]
    [InlineData("avx2 avx512f avx512_bf16", "AVX512_CORE_BF16", true)]
    [InlineData("avx2 avx512f avx512_bf16", "avx2", false)]
    [InlineData("avx2 avx512f avx512_bf16", "AVX512_CORE", false)]
    [InlineData("avx2 avx512f", null, false)]
    public void Bf16_needs_the_CPU_and_the_permission_of_oneDNN(string flags, string? isa, bool expected) =>
        Assert.Equal(expected, Processor.UsesBf16(flags.Split(' '), isa));

    [Theory]
    [InlineData(Avx512, null, "AVX-512")]
    [InlineData(Avx512, "avx512", "AVX-512")]
    [InlineData(Avx512, "avx2", "AVX2")]
    [InlineData(Avx512, "default", "no AVX2")]
    [InlineData("avx2 fma avx512f", null, "AVX2")]
    [InlineData("avx2 fma", "avx512", "AVX2")]
    [InlineData("sse4_2", null, "no AVX2")]
    public void Vector_level_is_the_one_that_libtorch_uses(string flags, string? limit, string expected) =>
        Assert.Equal(expected, Processor.LevelOf(flags.Split(' '), limit));
}
