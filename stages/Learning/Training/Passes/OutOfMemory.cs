using System.Runtime.InteropServices;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Tells out-of-memory errors from others. libtorch reports them in words only, cuBLAS and cuDNN by the name of a status.
/// </summary>
internal static class OutOfMemory
{
    private static readonly string[] Words = ["out of memory", "can't allocate memory", "not enough memory", "ALLOC_FAILED"];

    public static bool Is(Exception error) => error is OutOfMemoryException
        || (error is ExternalException && Words.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase)));
}
