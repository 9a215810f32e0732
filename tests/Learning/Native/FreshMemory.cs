using System.Runtime.InteropServices;

namespace Tests.Learning.Native;

/// <summary>
/// Chooses what freshly allocated memory holds, until disposed: glibc fills every block that it hands out with one byte (mallopt,
/// M_PERTURB), whichever thread asks. Blocks of up to a kibibyte that come from a thread's own cache keep what they had.
/// </summary>
internal sealed partial class FreshMemory : IDisposable
{
    private const int Perturb = -6;

    /// <summary>In bf16 and in fp32: 0, nearly the largest number, NaN.</summary>
    public static readonly IReadOnlyList<byte> Fillings = [0x00, 0x7F, 0xFF];

    /// <param name="value">The byte.</param>
    // glibc fills with the complement of the parameter's lowest byte; the parameter 0 would mean no filling.
    public FreshMemory(byte value) => Set(0x100 | (value ^ 0xFF));

    public void Dispose() => Set(0);

    private static void Set(int perturb) => Assert.Equal(1, Mallopt(Perturb, perturb));

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);
}
