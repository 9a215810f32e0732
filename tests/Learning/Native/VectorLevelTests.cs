using Distill.Learning.Native;

namespace Tests.Learning.Native;

public sealed class VectorLevelTests
{
    private const string Avx512 = "avx2 fma avx512f avx512vl avx512bw avx512dq";

    [Theory]
    [InlineData("avx2 avx512f avx512_bf16", null, true)]
    [InlineData("avx2 amx_bf16", "", true)]
    [InlineData("avx2 avx512f avx512_bf16", "AVX512_CORE_BF16", true)]
    [InlineData("avx2 avx512f avx512_bf16", "avx2", false)]
    [InlineData("avx2 avx512f avx512_bf16", "AVX512_CORE", false)]
    [InlineData("avx2 avx512f", null, false)]
    public void It_multiplies_bf16_where_the_cpu_can_and_onednn_may(string flags, string? isa, bool expected) =>
        Assert.Equal(expected, Processor.UsesBf16(flags.Split(' '), isa));

    [Theory]
    [InlineData(Avx512, null, "AVX-512")]
    [InlineData(Avx512, "avx512", "AVX-512")]
    [InlineData(Avx512, "avx2", "AVX2")]
    [InlineData(Avx512, "default", "no AVX2")]
    [InlineData("avx2 fma avx512f", null, "AVX2")]
    [InlineData("avx2 fma", "avx512", "AVX2")]
    [InlineData("sse4_2", null, "no AVX2")]
    public void The_vector_level_is_what_libtorch_uses(string flags, string? limit, string expected) =>
        Assert.Equal(expected, Processor.LevelOf(flags.Split(' '), limit));
}
