using System.Diagnostics.CodeAnalysis;
using Distill.Pipeline.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Ranks.Mpi;

/// <summary>The processes that mpirun or srun started together.</summary>
/// <remarks>Tensors on a GPU go through the memory of the host, because most builds of MPI know no device pointers.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "Leave disposes of the thread, which needs an exit code.")]
internal sealed class MpiRanks : IRanks
{
    private const long PartLength = 1 << 20;

    private readonly MpiThread _thread;
    private MpiCalls? _calls;

    private MpiRanks(MpiLibrary mpi, RankIdentity own)
    {
        _thread = new MpiThread(() => _calls?.Watch());
        _thread.Run(() => _calls = new MpiCalls(mpi));
        RankIdentity[] identities = [.. Gather(own.ToBytes()).Chunk(RankIdentity.Length).Select(RankIdentity.Parse)];
        _thread.Run(() => Calls.StartWatch(identities));
        Placement = new RankPlacement(
            identities.Take(Rank).Count(other => other.Host == own.Host),
            identities.Count(other => other.Host == own.Host),
            identities.Count(other => other.Host == own.Host && other.Cores == own.Cores));
    }

    /// <inheritdoc/>
    public int Rank => Calls.Rank;

    /// <inheritdoc/>
    public int Count => Calls.Count;

    /// <inheritdoc/>
    public RankPlacement Placement { get; }

    /// <inheritdoc/>
    public bool IsTraining { get; set; }

    private MpiCalls Calls => _calls!;

    /// <summary>Joins the other processes.</summary>
    /// <exception cref="UserException">There is no MPI that this program knows.</exception>
    public static MpiRanks Join() => new(MpiLibrary.Open(), RankIdentity.OfThisProcess());

    /// <inheritdoc/>
    public long[] Exchange(long word)
    {
        var all = Gather(BitConverter.GetBytes(word));
        return [.. Enumerable.Range(0, Count).Select(rank => BitConverter.ToInt64(all, rank * sizeof(long)))];
    }

    /// <inheritdoc/>
    public Tensor Gather(Tensor rows_MD)
    {
        using var scope = NewDisposeScope();
        var own = rows_MD.detach().cpu().contiguous();
        var all = empty([Count, .. own.shape], own.dtype);
        _thread.Run(() => Calls.Gather(own.bytes, all.bytes));
        return all.flatten(0, 1).to(rows_MD.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Sum(Tensor values) => InHostMemory(values, new TreeSum(Calls).Run);

    /// <inheritdoc/>
    public void Broadcast(Tensor values) => InHostMemory(values, host =>
    {
        using var scope = NewDisposeScope();
        foreach (var part in host.flatten().split(PartLength))
        {
            Calls.Broadcast(part.bytes);
        }
    });

    /// <inheritdoc/>
    public byte[] Broadcast(byte[]? message)
    {
        var length = BitConverter.GetBytes(message?.LongLength ?? 0);
        _thread.Run(() => Calls.Broadcast(length));
        var received = message ?? new byte[BitConverter.ToInt64(length)];
        if (received.Length > 0)
        {
            _thread.Run(() => Calls.Broadcast(received));
        }

        return received;
    }

    /// <inheritdoc/>
    public void Leave(int exitCode)
    {
        if (IsTraining)
        {
            _thread.Run(() => Calls.Abort(exitCode));
        }

        if (Rank == 0)
        {
            Broadcast([]);
        }

        _thread.Run(Calls.Dispose);
        _thread.Dispose();
    }

    private byte[] Gather(byte[] own)
    {
        var all = new byte[Count * own.Length];
        _thread.Run(() => Calls.Gather(own, all));
        return all;
    }

    /// <summary>Runs work on the MPI thread with a copy in host memory, and copies back what it changed.</summary>
    private void InHostMemory(Tensor values, Action<Tensor> work)
    {
        if (!values.is_contiguous())
        {
            throw new ArgumentException("found a tensor that is not contiguous", nameof(values));
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var host = values.detach().cpu();
        _thread.Run(() => work(host));
        if (values.device_type != DeviceType.CPU)
        {
            values.copy_(host);
        }
    }
}
