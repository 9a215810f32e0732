using System.Runtime.InteropServices;
using System.Text;

namespace Distill.Learning.Native;

/// <summary>
/// Reads properties of this machine's GPUs from the CUDA driver, by its C functions in <c>libcuda.so.1</c>. TorchSharp has no API for them.
/// No call creates a context or allocates GPU memory.
/// </summary>
/// <remarks>The driver applies <c>CUDA_VISIBLE_DEVICES</c> itself, so an index means the same GPU here and in libtorch.</remarks>
public static partial class CudaDriver
{
    private const string Library = "libcuda.so.1";
    private const int Success = 0;
    private const int NameBytes = 256;

    // CUdevice_attribute.
    private const int CapabilityMajor = 75;
    private const int CapabilityMinor = 76;

    private static readonly Lazy<bool> IsThere = new(Start);

    /// <summary>The newest CUDA version that the driver supports, such as 12.8; null without a driver.</summary>
    public static Version? Version => IsThere.Value && DriverGetVersion(out var number) == Success
        ? new Version(number / 1000, number % 1000 / 10)
        : null;

    /// <summary>The number of GPUs that this process may use; 0 without a driver.</summary>
    public static int Count => IsThere.Value && DeviceGetCount(out var count) == Success ? count : 0;

    /// <summary>Reads the properties of a GPU; null without a driver or such a GPU.</summary>
    public static CudaGpu? Gpu(int index)
    {
        if (!IsThere.Value || DeviceGet(out var device, index) != Success)
        {
            return null;
        }

        var name = new byte[NameBytes];
        return DeviceGetName(name, NameBytes, device) == Success
            && DeviceTotalMemory(out var bytes, device) == Success
            && DeviceGetAttribute(out var major, CapabilityMajor, device) == Success
            && DeviceGetAttribute(out var minor, CapabilityMinor, device) == Success
                ? new CudaGpu(Encoding.UTF8.GetString(name).TrimEnd('\0'), new Version(major, minor), (long)bytes)
                : null;
    }

    private static bool Start()
    {
        try
        {
            return Initialize(0) == Success;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport(Library, EntryPoint = "cuInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Initialize(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DriverGetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetCount")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DeviceGetCount(out int count);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DeviceGet(out int device, int index);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DeviceGetName([Out] byte[] name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DeviceTotalMemory(out nuint bytes, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DeviceGetAttribute(out int value, int attribute, int device);
}
