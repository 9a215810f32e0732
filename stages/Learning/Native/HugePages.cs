using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Distill.Learning.Native;

/// <summary>
/// Asks Linux to back a new tensor with pages of 2 MiB. A large tensor is new memory each time, and the kernel otherwise stops its writer
/// at every 4 KiB to provide a page.
/// </summary>
public static unsafe partial class HugePages
{
    private const nuint PageBytes = 2 << 20;

    // MADV_HUGEPAGE of Linux.
    private const int Huge = 14;

    /// <summary>Advises the kernel about memory that is not written to yet. A kernel that has no such pages ignores it.</summary>
    /// <param name="memory">Contiguous tensor on the CPU.</param>
    public static void Advise(Tensor memory)
    {
        var bytes = (nuint)(memory.numel() * memory.ElementSize);
        if (bytes < PageBytes)
        {
            return;
        }

        using var flat = memory.view(-1);
        using var first = flat.narrow(0, 0, 1);
        fixed (byte* data = first.bytes)
        {
            var (start, length) = WholePages((nuint)data, bytes);
            if (length > 0)
            {
                // Its result is of no use: memory of small pages is as good, only slower.
                _ = Advise(start, length, Huge);
            }
        }
    }

    /// <summary>Returns the pages of 2 MiB that lie in a memory as a whole; the length is 0 if there are none.</summary>
    internal static (nuint Start, nuint Length) WholePages(nuint address, nuint bytes)
    {
        var start = (address + PageBytes - 1) / PageBytes * PageBytes;
        var end = (address + bytes) / PageBytes * PageBytes;
        return (start, end > start ? end - start : 0);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);
}
