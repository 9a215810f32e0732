using System.Runtime.InteropServices;
using TorchSharp;

namespace Distill.Learning.Native;

/// <summary>
/// Autocast to bfloat16, which TorchSharp has no API for: the C++ functions behind <c>torch.autocast</c>, called in
/// libtorch_cpu by their mangled names. Weights stay fp32, their gradients too.
/// </summary>
internal static partial class Autocast
{
    private const sbyte BFloat16 = 15;

    /// <summary>Switches autocast on until disposed; where <paramref name="enabled"/> is false, does nothing.</summary>
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
                // bf16 copies of leaf parameters are cached while autocast is on, and outdated once weights change. Views, such as all flat parameters, are never
                // cached; other networks' weights are.
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
