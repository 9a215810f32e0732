using System.Runtime.InteropServices;
using Distill.Learning.Native.Loading;
using Distill.Pipeline.Options;

namespace Distill.Learning.Ranks.Nccl;

/// <summary>NCCL, which sums over GPUs, through its C functions (nccl.h, the same since version 2.0).</summary>
internal sealed unsafe class NcclLibrary
{
    private const string Name = "libnccl.so.2";

    // ncclFloat32 and ncclSum.
    private const int Float = 7;
    private const int SumOfRanks = 0;

    private readonly delegate* unmanaged<NcclId*, int> _getUniqueId;
    private readonly delegate* unmanaged<nint*, int, NcclId, int, int> _initRank;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<int, nint> _errorString;

    /// <param name="function">Returns the address of a function.</param>
    internal NcclLibrary(Func<string, nint> function)
    {
        _getUniqueId = (delegate* unmanaged<NcclId*, int>)function("ncclGetUniqueId");
        _initRank = (delegate* unmanaged<nint*, int, NcclId, int, int>)function("ncclCommInitRank");
        _allReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)function("ncclAllReduce");
        _errorString = (delegate* unmanaged<int, nint>)function("ncclGetErrorString");
    }

    /// <summary>Opens the NCCL of this machine, or the one inside of libtorch.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static NcclLibrary Open()
    {
        if (NativeLibrary.TryLoad(Name, out var library))
        {
            return new NcclLibrary(name => NativeLibrary.GetExport(library, name));
        }

        return LibTorch.FindCudaFunction("ncclAllReduce") != 0
            ? new NcclLibrary(LibTorch.CudaFunction)
            : throw new UserException(
                $"{NcclRanks.Variable}: {Name} cannot be opened, and this libtorch has no NCCL inside; add the folder of the library to "
                + $"LD_LIBRARY_PATH, or leave {NcclRanks.Variable} unset");
    }

    /// <summary>Returns the name under which ranks meet, for one of them to send to the others.</summary>
    public byte[] NewId()
    {
        NcclId id;
        Check(_getUniqueId(&id));
        return new Span<byte>(id.Bytes, NcclId.Length).ToArray();
    }

    /// <summary>Joins the other ranks, on the current GPU of this thread. Returns a handle.</summary>
    public nint Join(byte[] name, int rank, int count)
    {
        NcclId id;
        name.CopyTo(new Span<byte>(id.Bytes, NcclId.Length));
        nint communicator;
        Check(_initRank(&communicator, count, id, rank));
        return communicator;
    }

    /// <summary>Replaces fp32 values by their sums over all ranks, after the work that the stream has, and returns before that.</summary>
    public void Sum(nint values, long count, nint communicator, nint stream) =>
        Check(_allReduce(values, values, (nuint)count, Float, SumOfRanks, communicator, stream));

    private void Check(int error)
    {
        if (error != 0)
        {
            throw new IOException($"NCCL: {Marshal.PtrToStringUTF8(_errorString(error))}; NCCL_DEBUG=WARN shows the cause");
        }
    }

    /// <summary>ncclUniqueId, which NCCL takes by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NcclId
    {
        public const int Length = 128;

        public fixed byte Bytes[Length];
    }
}
