using Distill.Learning.Arithmetic;
using Distill.Learning.Ranks;
using static TorchSharp.torch;

// R ranks
namespace Distill.Learning.Training.Passes;

/// <summary>
/// Lets the batch norms of a network normalize over the rows of all ranks, as over one batch. In training mode, each of them exchanges its
/// means and variances, and on the way back their gradients.
/// </summary>
public sealed class SharedBatch : IDisposable
{
    private readonly nn.Module _network;
    private readonly IRanks _ranks;
    private readonly List<Tensor> _gradients = [];
    private Exception? _fault;

    /// <param name="network">The network. Until this object is disposed of, its batch norms need all ranks in training mode.</param>
    /// <param name="ranks">All ranks, each with as many rows.</param>
    public SharedBatch(nn.Module network, IRanks ranks)
    {
        (_network, _ranks) = (network, ranks);
        Set(this);
    }

    /// <summary>Number of ranks, R.</summary>
    internal int Ranks => _ranks.Count;

    /// <summary>
    /// Returns the mean over the ranks, the same on all of them. Its gradient is the sum of the gradients that all ranks have for it.
    /// </summary>
    /// <param name="values">A contiguous fp32 tensor, of the same shape on all ranks.</param>
    /// <exception cref="OtherRankFailedException">Another rank ran out of memory.</exception>
    internal Tensor Mean(Tensor values) => RankSum.apply(values.Over(_ranks.Count), this);

    /// <summary>
    /// Ends a backward pass, and throws what went wrong in it. An exception cannot pass through libtorch's, so it is kept, and the gradient
    /// is wrong.
    /// </summary>
    internal void EndBackward()
    {
        Free();
        var fault = _fault;
        _fault = null;
        if (fault is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }
    }

    /// <summary>Lets the batch norms normalize over their own rows again.</summary>
    public void Dispose()
    {
        Set(null);
        Free();
    }

    private void Free()
    {
        _gradients.ForEach(gradient => gradient.Dispose());
        _gradients.Clear();
    }

    private void Set(SharedBatch? batch)
    {
        foreach (var norm in _network.modules().OfType<ITrackingNorm>())
        {
            norm.Shared = batch;
        }
    }

    private Tensor Sum(Tensor values)
    {
        using var frozen = no_grad();
        var sum = values.detach().clone();
        Agreement.OnSuccess(_ranks);
        _ranks.Sum(sum);
        return sum;
    }

    /// <summary>
    /// Sums a gradient, or keeps the fault. libtorch reads the result after this method, on a GPU in a thread without a dispose scope, so
    /// it is held until the end of the pass.
    /// </summary>
    private Tensor SumOrKeepFault(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        try
        {
            // After a fault, the other ranks wait for no sum.
            sum = _fault is null ? Sum(gradient) : null;
        }
        catch (Exception error)
        {
            _fault = error;
        }

        var held = (sum ?? gradient.alias()).DetachFromDisposeScope();
        _gradients.Add(held);
        return held;
    }

    /// <summary>The sum of a tensor over the ranks. As every rank uses it, its gradient is the sum of their gradients.</summary>
    private sealed class RankSum : autograd.SingleTensorFunction<RankSum>
    {
        private const string Batch = "batch";

        public override string Name => nameof(RankSum);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data(Batch, vars[1]);
            return ((SharedBatch)vars[1]).Sum((Tensor)vars[0]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [((SharedBatch)ctx.get_data(Batch)).SumOrKeepFault(grad_output), null!];
    }
}
