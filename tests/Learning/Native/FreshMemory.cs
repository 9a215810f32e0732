using System.Runtime.InteropServices;

namespace Tests.Learning.Native;

/// <summary>
/// Sets the content of freshly allocated memory until disposed. glibc fills every block that it allocates with one byte, in all threads
/// (mallopt, M_PERTURB). Blocks of up to 1 KiB from a thread's own cache keep their content.
/// </summary>
internal sealed partial class FreshMemory : IDisposable
{
    private const int Perturb = -6;

    /// <summary>Bytes that give 0, nearly the largest number, and NaN, in both bf16 and fp32.</summary>
    public static readonly IReadOnlyList<byte> Fillings = [0x00, 0x7F, 0xFF];

    /// <param name="value">The byte that fills fresh memory.</param>
    // glibc fills with the complement of the parameter's lowest byte; the parameter 0 would mean no filling.
    public FreshMemory(byte value) => Set(0x100 | (value ^ 0xFF));

    public void Dispose() => Set(0);

    private static void Set(int perturb) => Assert.Equal(1, Mallopt(Perturb, perturb));

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);
}
