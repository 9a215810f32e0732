using Distill.Learning.Native.Loading;

namespace Distill.Learning.Native;

/// <summary>The queue of a GPU's work, by libtorch's C functions, since TorchSharp has none.</summary>
/// <param name="device">Index of the GPU.</param>
internal sealed unsafe class CudaStream(int device)
{
    private readonly delegate* unmanaged<int, nint*, int> _createGuard =
        (delegate* unmanaged<int, nint*, int>)LibTorch.CudaFunction("aoti_torch_create_cuda_guard");

    private readonly delegate* unmanaged<nint, int> _deleteGuard =
        (delegate* unmanaged<nint, int>)LibTorch.CudaFunction("aoti_torch_delete_cuda_guard");

    private readonly delegate* unmanaged<int, nint*, int> _currentStream =
        (delegate* unmanaged<int, nint*, int>)LibTorch.CudaFunction("aoti_torch_get_current_cuda_stream");

    /// <summary>
    /// Calls a function with the stream to which this thread gives its work, while the GPU is the current one of this thread.
    /// </summary>
    public void Use(Action<nint> function)
    {
        nint guard, stream;
        Check(_createGuard(device, &guard));
        try
        {
            Check(_currentStream(device, &stream));
            function(stream);
        }
        finally
        {
            _ = _deleteGuard(guard);
        }
    }

    private void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"libtorch refused to use cuda:{device}; it printed the reason to standard error");
        }
    }
}
