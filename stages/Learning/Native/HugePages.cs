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
        if ((nuint)(memory.numel() * memory.ElementSize) < 2 * PageBytes)
        {
            return;
        }

        using var flat = memory.view(-1);
        using var first = flat.narrow(0, 0, 1);
        fixed (byte* data = first.bytes)
        {
            var start = ((nuint)data + PageBytes - 1) / PageBytes * PageBytes;
            var end = ((nuint)data + (nuint)(memory.numel() * memory.ElementSize)) / PageBytes * PageBytes;
            if (end > start)
            {
                // Its result is of no use: memory of small pages is as good, only slower.
                _ = Advise(start, end - start, Huge);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);
}
