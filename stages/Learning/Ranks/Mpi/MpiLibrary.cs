using System.Runtime.InteropServices;
using System.Text;
using Distill.Learning.Native;
using Distill.Pipeline.Options;

namespace Distill.Learning.Ranks.Mpi;

/// <summary>
/// The functions and handles of an installed MPI, through its C functions. Only one thread may call them (<see cref="MpiThread"/>).
/// </summary>
/// <remarks>
/// Open MPI 4 and 5 export their handles as data. Libraries with the standard ABI of MPI 5.0 have fixed numbers for them. The functions are
/// the same. MPICH's own ABI is a third one, which is not used.
/// </remarks>
internal sealed unsafe class MpiLibrary
{
    private const string OpenMpi = "libmpi.so.40";
    private const string StandardAbi = "libmpi_abi.so.0";
    private const int ErrorLength = 512;

    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;

    /// <param name="symbol">Returns the address of a function or handle.</param>
    /// <param name="isOpenMpi">Whether handles are addresses of data, not fixed numbers.</param>
    internal MpiLibrary(Func<string, nint> symbol, bool isOpenMpi)
    {
        World = isOpenMpi ? symbol("ompi_mpi_comm_world") : 0x101;
        Bytes = isOpenMpi ? symbol("ompi_mpi_byte") : 0x247;
        Floats = isOpenMpi ? symbol("ompi_mpi_float") : 0x210;
        ErrorsReturn = isOpenMpi ? symbol("ompi_mpi_errors_return") : 0x143;
        InitThread = (delegate* unmanaged<nint, nint, int, int*, int>)symbol("MPI_Init_thread");
        SetErrorHandler = (delegate* unmanaged<nint, nint, int>)symbol("MPI_Comm_set_errhandler");
        Rank = (delegate* unmanaged<nint, int*, int>)symbol("MPI_Comm_rank");
        Size = (delegate* unmanaged<nint, int*, int>)symbol("MPI_Comm_size");
        Send = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)symbol("MPI_Isend");
        Receive = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)symbol("MPI_Irecv");
        Broadcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)symbol("MPI_Ibcast");
        Gather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)symbol("MPI_Iallgather");
        Test = (delegate* unmanaged<nint*, int*, nint, int>)symbol("MPI_Test");
        Cancel = (delegate* unmanaged<nint*, int>)symbol("MPI_Cancel");
        Free = (delegate* unmanaged<nint*, int>)symbol("MPI_Request_free");
        Abort = (delegate* unmanaged<nint, int, int>)symbol("MPI_Abort");
        Finish = (delegate* unmanaged<int>)symbol("MPI_Finalize");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)symbol("MPI_Error_string");
    }

    /// <summary>MPI_COMM_WORLD: all processes.</summary>
    public nint World { get; }

    /// <summary>MPI_BYTE.</summary>
    public nint Bytes { get; }

    /// <summary>MPI_FLOAT.</summary>
    public nint Floats { get; }

    /// <summary>MPI_ERRORS_RETURN.</summary>
    public nint ErrorsReturn { get; }

    /// <summary>MPI_Init_thread(argc, argv, required, provided).</summary>
    public delegate* unmanaged<nint, nint, int, int*, int> InitThread { get; }

    /// <summary>MPI_Comm_set_errhandler(comm, handler).</summary>
    public delegate* unmanaged<nint, nint, int> SetErrorHandler { get; }

    /// <summary>MPI_Comm_rank(comm, rank).</summary>
    public delegate* unmanaged<nint, int*, int> Rank { get; }

    /// <summary>MPI_Comm_size(comm, size).</summary>
    public delegate* unmanaged<nint, int*, int> Size { get; }

    /// <summary>MPI_Isend(data, count, type, to, tag, comm, request).</summary>
    public delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> Send { get; }

    /// <summary>MPI_Irecv(data, count, type, from, tag, comm, request).</summary>
    public delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> Receive { get; }

    /// <summary>MPI_Ibcast(data, count, type, root, comm, request).</summary>
    public delegate* unmanaged<void*, int, nint, int, nint, nint*, int> Broadcast { get; }

    /// <summary>MPI_Iallgather(own, count, type, all, count of one rank, type, comm, request).</summary>
    public delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int> Gather { get; }

    /// <summary>MPI_Test(request, flag, status).</summary>
    public delegate* unmanaged<nint*, int*, nint, int> Test { get; }

    /// <summary>MPI_Cancel(request).</summary>
    public delegate* unmanaged<nint*, int> Cancel { get; }

    /// <summary>MPI_Request_free(request).</summary>
    public delegate* unmanaged<nint*, int> Free { get; }

    /// <summary>MPI_Abort(comm, code): ends all processes.</summary>
    public delegate* unmanaged<nint, int, int> Abort { get; }

    /// <summary>MPI_Finalize().</summary>
    public delegate* unmanaged<int> Finish { get; }

    /// <summary>Opens the MPI of this machine.</summary>
    /// <exception cref="UserException">There is none that this program knows.</exception>
    public static MpiLibrary Open()
    {
        // UCX, which Open MPI uses on fast networks, takes over SIGSEGV otherwise, from which .NET makes exceptions.
        CEnvironment.SetDefault("UCX_ERROR_SIGNALS", "");
        if (NativeLibrary.TryLoad(OpenMpi, out var library))
        {
            return new MpiLibrary(name => NativeLibrary.GetExport(library, name), isOpenMpi: true);
        }

        if (NativeLibrary.TryLoad(StandardAbi, out library))
        {
            return new MpiLibrary(name => NativeLibrary.GetExport(library, name), isOpenMpi: false);
        }

        throw new UserException(
            $"this process was started as one of several, but neither {OpenMpi} (Open MPI 4 or 5) nor {StandardAbi} (MPI 5.0) can be "
            + "opened. Install Open MPI on every machine (Debian: apt-get install openmpi-bin), or add the folder of its library to "
            + "LD_LIBRARY_PATH");
    }

    /// <summary>Throws if a function returned an error.</summary>
    /// <exception cref="IOException">It did; the message is the library's own.</exception>
    public void Check(int code)
    {
        if (code != 0)
        {
            var text = stackalloc byte[ErrorLength];
            int length;
            _ = _errorString(code, text, &length);
            throw new IOException($"MPI: {Encoding.UTF8.GetString(text, Math.Clamp(length, 0, ErrorLength))}");
        }
    }
}
