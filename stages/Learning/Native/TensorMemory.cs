using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Distill.Learning.Native;

/// <summary>Where the values of a tensor lie. TorchSharp tells it for tensors on the CPU only.</summary>
internal static partial class TensorMemory
{
    /// <summary>Returns the address of the first value, in the memory of the tensor's device.</summary>
    /// <exception cref="InvalidOperationException">The tensor has no memory of its own.</exception>
    public static nint Address(Tensor tensor) => DataPointer(tensor.Handle, out var address) == 0
        ? address
        : throw new InvalidOperationException("libtorch gave no address for a tensor; it printed the reason to standard error");

    // A handle of TorchSharp is what libtorch's C functions expect: a pointer to a C++ tensor.
    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_get_data_ptr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial int DataPointer(nint tensor, out nint address);
}
