using System.Runtime.InteropServices;
using TorchSharp;

namespace Distill.Learning.Native;

/// <summary>
/// Autocast to bfloat16, which TorchSharp has no API for. It calls the C++ functions behind <c>torch.autocast</c> in libtorch_cpu, by their
/// mangled names. Weights and their gradients stay fp32.
/// </summary>
internal static partial class Autocast
{
    private const sbyte BFloat16 = 15;

    /// <summary>Turns autocast on until disposed. If <paramref name="enabled"/> is false, it does nothing.</summary>
    public static IDisposable Begin(DeviceType device, bool enabled) => new Scope(device, enabled);

    private sealed class Scope : IDisposable
    {
        private readonly sbyte _device;
        private bool _open;

        public Scope(DeviceType device, bool enabled)
        {
            _device = (sbyte)(device == DeviceType.CUDA ? 1 : 0);
            _open = enabled;
            if (enabled)
            {
                SetDtype(_device, BFloat16);
                SetEnabled(_device, true);
            }
        }

        public void Dispose()
        {
            if (_open)
            {
                _open = false;
                SetEnabled(_device, false);
                // While autocast is on, libtorch caches bf16 copies of leaf parameters, which are outdated once weights change. Views are
                // never cached, so all flat parameters are not, but the weights of other networks are.
                ClearCache();
            }
        }
    }

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void SetEnabled(sbyte device, [MarshalAs(UnmanagedType.I1)] bool enabled);

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void SetDtype(sbyte device, sbyte type);

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at8autocast11clear_cacheEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void ClearCache();
}
