namespace Stages.Learning.Native;

/// <summary>What this machine's CPU can do.</summary>
public static class Processor
{
    private const string CpuInfo = "/proc/cpuinfo";

    private static readonly string[] Bf16Flags = ["avx512_bf16", "amx_bf16"];

    /// <summary>
    /// Whether it multiplies bfloat16 in hardware, as Linux reports it. With AVX-512 BF16, pretraining a narrow ResNet-152 runs
    /// some 1.4 times as fast as in fp32; without such instructions bf16 is emulated, and slower.
    /// </summary>
    public static bool MultipliesBf16 { get; } = Flags().Intersect(Bf16Flags).Any();

    /// <summary>What it calls itself, and its family and model: clouds give one name to several generations.</summary>
    public static string Name { get; } = $"{Field("model name") ?? "unknown CPU"} (family {Field("cpu family") ?? "?"}, model {Field("model") ?? "?"})";

    private static string[] Flags() => Field("flags")?.Split(' ') ?? [];

    /// <summary>Of the first core; null where Linux does not say.</summary>
    private static string? Field(string name) => !File.Exists(CpuInfo) ? null : File.ReadLines(CpuInfo)
        .Select(line => line.Split(':', 2))
        .FirstOrDefault(parts => parts.Length == 2 && parts[0].TrimEnd() == name)?[1].Trim();
}
