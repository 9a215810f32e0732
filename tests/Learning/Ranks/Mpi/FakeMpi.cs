using System.Runtime.InteropServices;
using Distill.Learning.Ranks.Mpi;

namespace Tests.Learning.Ranks.Mpi;

/// <summary>C functions with the signatures of mpi.h, for rank 0 of two. Every call is done at once, and nothing arrives.</summary>
internal static unsafe class FakeMpi
{
    // A request that never ends, and one that has ended.
    private const nint Pending = 1;
    private const nint Ended = 2;

    /// <summary>Number of messages that were sent.</summary>
    public static int Sent { get; private set; }

    /// <summary>Counts from 0 again, and returns the functions.</summary>
    public static MpiLibrary Open()
    {
        Sent = 0;
        return new MpiLibrary(
            name => name switch
            {
                "MPI_Init_thread" => (nint)(delegate* unmanaged<nint, nint, int, int*, int>)&InitThread,
                "MPI_Comm_set_errhandler" => (nint)(delegate* unmanaged<nint, nint, int>)&SetErrorHandler,
                "MPI_Comm_rank" => (nint)(delegate* unmanaged<nint, int*, int>)&Rank,
                "MPI_Comm_size" => (nint)(delegate* unmanaged<nint, int*, int>)&Size,
                "MPI_Isend" => (nint)(delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)&Send,
                "MPI_Irecv" => (nint)(delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)&Receive,
                "MPI_Ibcast" => (nint)(delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)&Broadcast,
                "MPI_Test" => (nint)(delegate* unmanaged<nint*, int*, nint, int>)&Test,
                // The others are not called.
                _ => 0,
            },
            isOpenMpi: false);
    }

    [UnmanagedCallersOnly]
    private static int InitThread(nint argc, nint argv, int required, int* provided) => 0;

    [UnmanagedCallersOnly]
    private static int SetErrorHandler(nint communicator, nint handler) => 0;

    [UnmanagedCallersOnly]
    private static int Rank(nint communicator, int* rank) => Set(rank, 0);

    [UnmanagedCallersOnly]
    private static int Size(nint communicator, int* size) => Set(size, 2);

    [UnmanagedCallersOnly]
    private static int Send(void* data, int count, nint type, int to, int tag, nint communicator, nint* request)
    {
        Sent++;
        *request = Ended;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Receive(void* data, int count, nint type, int from, int tag, nint communicator, nint* request)
    {
        *request = Pending;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Broadcast(void* data, int count, nint type, int root, nint communicator, nint* request)
    {
        *request = Ended;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Test(nint* request, int* done, nint status) => Set(done, *request == Ended ? 1 : 0);

    private static int Set(int* target, int value)
    {
        *target = value;
        return 0;
    }
}
