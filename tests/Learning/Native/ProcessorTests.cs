using Stages.Learning.Native;

namespace Tests.Learning.Native;

public sealed class ProcessorTests
{
    [Theory]
    [InlineData("avx2 avx512f avx512_bf16", null, true)]
    [InlineData("avx2 amx_bf16", "", true)]
    [InlineData("avx2 avx512f avx512_bf16", "AVX512_CORE_BF16", true)]
    [InlineData("avx2 avx512f avx512_bf16", "avx2", false)]
    [InlineData("avx2 avx512f avx512_bf16", "AVX512_CORE", false)]
    [InlineData("avx2 avx512f", null, false)]
    public void It_multiplies_bf16_where_the_cpu_can_and_onednn_may(string flags, string? isa, bool expected) =>
        Assert.Equal(expected, Processor.UsesBf16(flags.Split(' '), isa));
}
