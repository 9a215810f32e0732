namespace Distill.Learning.Native;

/// <summary>The properties of this machine's CPU.</summary>
public static class Processor
{
    private const string CpuInfo = "/proc/cpuinfo";

    private const string NoVectors = "no AVX2";

    // The instructions that libtorch requires, in aten/src/ATen/native/DispatchStub.cpp.
    private static readonly string[] Avx2Flags = ["avx2", "fma"];
    private static readonly string[] Avx512Flags = ["avx512f", "avx512vl", "avx512bw", "avx512dq", "fma"];

    private static readonly string[] Bf16Flags = ["avx512_bf16", "amx_bf16"];

    // The instruction sets without bf16 that oneDNN can be limited to.
    private static readonly string[] IsaWithoutBf16 =
        ["SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"];

    /// <summary>
    /// Whether the CPU multiplies bfloat16 in hardware, as Linux reports it, and oneDNN may use that. With AVX-512 BF16, pretraining of a
    /// narrow ResNet-152 is about 1.4 times as fast as in fp32. Without such instructions, bf16 is emulated and slower than fp32.
    /// </summary>
    public static bool MultipliesBf16 { get; } = UsesBf16(Flags(), Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA"));

    /// <summary>The CPU's name, family and model. Clouds give one name to several generations, so the name alone is not enough.</summary>
    public static string Name { get; } =
        $"{Field("model name") ?? "unknown CPU"} (family {Field("cpu family") ?? "?"}, model {Field("model") ?? "?"})";

    /// <summary>The vector instructions that libtorch's own kernels use. Results of two levels differ in the last digits.</summary>
    public static string VectorLevel { get; } = LevelOf(Flags(), Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY"));

    /// <param name="flags">The CPU's flags, as Linux names them.</param>
    /// <param name="isa">The value of ONEDNN_MAX_CPU_ISA; null if it is not set.</param>
    internal static bool UsesBf16(IReadOnlyList<string> flags, string? isa) =>
        flags.Intersect(Bf16Flags).Any() && !IsaWithoutBf16.Contains(isa, StringComparer.OrdinalIgnoreCase);

    /// <param name="flags">The CPU's flags, as Linux names them.</param>
    /// <param name="limit">The value of ATEN_CPU_CAPABILITY: default, avx2 or avx512; null if it is not set.</param>
    internal static string LevelOf(IReadOnlyCollection<string> flags, string? limit) =>
        limit == "default" ? NoVectors
        : Avx512Flags.All(flags.Contains) && limit != "avx2" ? "AVX-512"
        : Avx2Flags.All(flags.Contains) ? "AVX2"
        : NoVectors;

    private static string[] Flags() => Field("flags")?.Split(' ') ?? [];

    /// <summary>Reads a field of the first core; null if Linux does not report it.</summary>
    private static string? Field(string name) => !File.Exists(CpuInfo) ? null : File.ReadLines(CpuInfo)
        .Select(line => line.Split(':', 2))
        .FirstOrDefault(parts => parts.Length == 2 && parts[0].TrimEnd() == name)?[1].Trim();
}
