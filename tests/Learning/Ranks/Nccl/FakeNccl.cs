using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Distill.Learning.Ranks.Nccl;

namespace Tests.Learning.Ranks.Nccl;

/// <summary>C functions with the signatures of nccl.h, for ranks that are threads and tensors on the CPU.</summary>
internal static unsafe class FakeNccl
{
    private const int InvalidArgument = 4;
    private static readonly nint Refusal = Marshal.StringToCoTaskMemUTF8("invalid argument");

    // The ranks that have joined: what they said, and their values.
    private static readonly List<(byte[] Id, int Rank, int Count)> Members = [];
    private static nint[] _values = [];
    private static Barrier _barrier = new(1);

    /// <summary>What each rank said when it joined, by rank.</summary>
    public static IReadOnlyList<(byte[] Id, int Rank, int Count)> Joined => [.. Members.OrderBy(member => member.Rank)];

    /// <summary>The streams that sums were given, in any order.</summary>
    public static List<nint> Streams { get; } = [];

    /// <summary>Whether all calls are refused.</summary>
    public static bool Refuses { get; set; }

    /// <summary>Begins again, and returns the functions for a number of ranks.</summary>
    public static NcclLibrary Open(int ranks)
    {
        Members.Clear();
        Streams.Clear();
        (Refuses, _values, _barrier) = (false, new nint[ranks], new Barrier(ranks));
        return new NcclLibrary(name => name switch
        {
            "ncclGetUniqueId" => (nint)(delegate* unmanaged[Cdecl]<byte*, int>)&GetUniqueId,
            "ncclCommInitRank" => (nint)(delegate* unmanaged[Cdecl]<nint*, int, NcclLibrary.NcclId, int, int>)&InitRank,
            "ncclAllReduce" => (nint)(delegate* unmanaged[Cdecl]<float*, float*, nuint, int, int, nint, nint, int>)&AllReduce,
            "ncclGetErrorString" => (nint)(delegate* unmanaged[Cdecl]<int, nint>)&ErrorString,
            _ => throw new EntryPointNotFoundException(name),
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetUniqueId(byte* id)
    {
        for (var i = 0; i < NcclLibrary.NcclId.Length; i++)
        {
            id[i] = (byte)(255 - i);
        }

        return Refuses ? InvalidArgument : 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int InitRank(nint* communicator, int count, NcclLibrary.NcclId id, int rank)
    {
        lock (Members)
        {
            Members.Add((new Span<byte>(id.Bytes, NcclLibrary.NcclId.Length).ToArray(), rank, count));
        }

        *communicator = rank + 1;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AllReduce(float* from, float* to, nuint count, int type, int operation, nint communicator, nint stream)
    {
        if (type != 7 || operation != 0 || from != to)
        {
            return InvalidArgument;
        }

        lock (Members)
        {
            Streams.Add(stream);
        }

        _values[(int)communicator - 1] = (nint)from;
        _barrier.SignalAndWait();
        var sums = new float[(int)count];
        foreach (var values in _values)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += ((float*)values)[i];
            }
        }

        _barrier.SignalAndWait();
        sums.CopyTo(new Span<float>(to, sums.Length));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint ErrorString(int error) => error == InvalidArgument ? Refusal : 0;
}
