using Distill.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Ranks.Nccl;

/// <summary>Ranks whose sums of tensors on GPUs go from GPU to GPU. Everything else goes the way of the ranks that they extend.</summary>
/// <remarks>
/// NCCL chooses the order of a sum, so from three ranks on it may differ from one process in rounding. All ranks receive the same bits.
/// A rank that waits for one that died or was stopped is ended by the watch of the other ranks, in whose thread nothing waits for a GPU.
/// The watch does not notice that a network fails while all processes run.
/// </remarks>
public sealed class NcclRanks : IRanks
{
    /// <summary>The environment variable that chooses these ranks, if it is 1.</summary>
    public const string Variable = "DISTILL_NCCL";

    private readonly IRanks _others;
    private readonly DeviceType _device;
    private readonly NcclLibrary _nccl;
    private readonly Action<Action<nint>> _useStream;
    private nint? _communicator;

    /// <param name="others">What these extend.</param>
    /// <param name="device">Where tensors are that NCCL sums.</param>
    /// <param name="nccl">The library.</param>
    /// <param name="useStream">Calls a function with the stream of the device.</param>
    internal NcclRanks(IRanks others, DeviceType device, NcclLibrary nccl, Action<Action<nint>> useStream) =>
        (_others, _device, _nccl, _useStream) = (others, device, nccl, useStream);

    /// <inheritdoc/>
    public int Rank => _others.Rank;

    /// <inheritdoc/>
    public int Count => _others.Count;

    /// <inheritdoc/>
    public RankPlacement Placement => _others.Placement;

    /// <inheritdoc/>
    public bool IsTraining
    {
        get => _others.IsTraining;
        set => _others.IsTraining = value;
    }

    /// <summary>Extends ranks, each of which has a GPU of its own.</summary>
    /// <param name="others">What these extend.</param>
    /// <param name="gpu">Index of this rank's GPU.</param>
    /// <exception cref="Pipeline.Options.UserException">There is no NCCL.</exception>
    public static NcclRanks Over(IRanks others, int gpu) =>
        new(others, DeviceType.CUDA, NcclLibrary.Open(), new CudaStream(gpu).Use);

    /// <inheritdoc/>
    public long[] Exchange(long word) => _others.Exchange(word);

    /// <inheritdoc/>
    public Tensor Gather(Tensor rows_MD) => _others.Gather(rows_MD);

    /// <inheritdoc/>
    /// <remarks>NCCL takes memory of its own for this, which libtorch's cache may have taken later.</remarks>
    /// <exception cref="IOException">NCCL refused.</exception>
    public void Meet() => _useStream(_ =>
        _communicator ??= _nccl.Join(_others.Broadcast(_others.Leads ? _nccl.NewId() : null), Rank, Count));

    /// <inheritdoc/>
    /// <exception cref="IOException">NCCL refused.</exception>
    public void Sum(Tensor values)
    {
        if (values.device_type != _device)
        {
            _others.Sum(values);
            return;
        }

        if (!values.is_contiguous() || values.dtype != ScalarType.Float32)
        {
            throw new ArgumentException("found a tensor that is not contiguous, or not fp32", nameof(values));
        }

        var communicator = _communicator ?? throw new InvalidOperationException("found a sum before the call that connects the ranks");
        _useStream(stream => _nccl.Sum(TensorMemory.Address(values), values.numel(), communicator, stream));
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values) => _others.Broadcast(values);

    /// <inheritdoc/>
    public byte[] Broadcast(byte[]? message) => _others.Broadcast(message);

    /// <inheritdoc/>
    public void Leave(int exitCode) => _others.Leave(exitCode);
}
