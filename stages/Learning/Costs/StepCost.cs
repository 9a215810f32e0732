// M rows of a step
namespace Distill.Learning.Costs;

/// <summary>What training a network costs, as measured with small groups (<see cref="StepMeasurement"/>).</summary>
public sealed record StepCost
{
    /// <summary>Number of trained parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of weights and buffers.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Bytes of the gradients.</summary>
    public required long GradientBytes { get; init; }

    /// <summary>Bytes of the optimizer's buffers.</summary>
    public required long OptimizerBytes { get; init; }

    /// <summary>Bytes that the optimizer's step needs in addition, while no graph is in memory.</summary>
    public required long UpdateBytes { get; init; }

    /// <summary>Bytes of a graph without rows, such as weights in another precision.</summary>
    public required long GraphBytes { get; init; }

    /// <summary>Bytes per row of a group, at the peak of its forward and backward pass.</summary>
    public required double RowBytes { get; init; }

    /// <summary>
    /// Memory that a graph takes, divided by what is in use at a time. Allocators keep some of what was freed, more of small tensors.
    /// </summary>
    public required double AllocatorShare { get; init; }

    /// <summary>Seconds of a group's forward and backward pass without rows, such as the gradients of weights.</summary>
    public required double GroupSeconds { get; init; }

    /// <summary>Seconds per row of a forward and a backward pass.</summary>
    public required double RowSeconds { get; init; }

    /// <summary>Seconds per row of a forward pass without graph.</summary>
    public required double ForwardRowSeconds { get; init; }

    /// <summary>Bytes per row in inference mode, fp32.</summary>
    public required double InferenceRowBytes { get; init; }

    /// <summary>Seconds of the optimizer's step.</summary>
    public required double UpdateSeconds { get; init; }

    /// <summary>Bytes that stay in memory between steps.</summary>
    public long StateBytes => WeightBytes + GradientBytes + OptimizerBytes;

    /// <summary>Bytes that the graph of a group takes, with what the allocator cannot use.</summary>
    public long GroupBytes(long rows) => (long)(AllocatorShare * (GraphBytes + rows * RowBytes));
}
