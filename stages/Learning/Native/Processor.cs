namespace Distill.Learning.Native;

/// <summary>What this machine's CPU can do.</summary>
public static class Processor
{
    private const string CpuInfo = "/proc/cpuinfo";

    private const string NoVectors = "no AVX2";

    // What libtorch asks for, in aten/src/ATen/native/DispatchStub.cpp.
    private static readonly string[] Avx2Flags = ["avx2", "fma"];
    private static readonly string[] Avx512Flags = ["avx512f", "avx512vl", "avx512bw", "avx512dq", "fma"];

    private static readonly string[] Bf16Flags = ["avx512_bf16", "amx_bf16"];

    // The sets of instructions without bf16 that oneDNN can be limited to.
    private static readonly string[] IsaWithoutBf16 = ["SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"];

    /// <summary>
    /// Whether it multiplies bfloat16 in hardware, as Linux reports it, and oneDNN may use that. With AVX-512 BF16, pretraining a narrow ResNet-152 runs
    /// some 1.4 times as fast as in fp32; without such instructions bf16 is emulated, and slower.
    /// </summary>
    public static bool MultipliesBf16 { get; } = UsesBf16(Flags(), Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA"));

    /// <summary>What it calls itself, and its family and model: clouds give one name to several generations.</summary>
    public static string Name { get; } = $"{Field("model name") ?? "unknown CPU"} (family {Field("cpu family") ?? "?"}, model {Field("model") ?? "?"})";

    /// <summary>The vector instructions that libtorch's own kernels use: results of two levels differ in their last digits.</summary>
    public static string VectorLevel { get; } = LevelOf(Flags(), Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY"));

    /// <param name="flags">The CPU's, as Linux names them.</param>
    /// <param name="isa">The value of ONEDNN_MAX_CPU_ISA; null where it is not set.</param>
    internal static bool UsesBf16(IReadOnlyList<string> flags, string? isa) =>
        flags.Intersect(Bf16Flags).Any() && !IsaWithoutBf16.Contains(isa, StringComparer.OrdinalIgnoreCase);

    /// <param name="flags">What the CPU can do.</param>
    /// <param name="limit">What the user limits libtorch to: default, avx2 or avx512; null for nothing.</param>
    internal static string LevelOf(IReadOnlyCollection<string> flags, string? limit) =>
        limit == "default" ? NoVectors
        : Avx512Flags.All(flags.Contains) && limit != "avx2" ? "AVX-512"
        : Avx2Flags.All(flags.Contains) ? "AVX2"
        : NoVectors;

    private static string[] Flags() => Field("flags")?.Split(' ') ?? [];

    /// <summary>Of the first core; null where Linux does not say.</summary>
    private static string? Field(string name) => !File.Exists(CpuInfo) ? null : File.ReadLines(CpuInfo)
        .Select(line => line.Split(':', 2))
        .FirstOrDefault(parts => parts.Length == 2 && parts[0].TrimEnd() == name)?[1].Trim();
}
