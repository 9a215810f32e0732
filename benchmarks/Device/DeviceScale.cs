namespace Benchmarks.Device;

/// <summary>Size of the workload of <c>benchmarks device</c>.</summary>
/// <param name="Width">Width of every network; 1 in the paper.</param>
/// <param name="ImageSize">Height and width of the views in pixels.</param>
/// <param name="Views">Number of views per step, by network.</param>
/// <param name="WarmUp">Number of steps per turn before the clock starts.</param>
/// <param name="Steps">Number of steps timed per turn.</param>
/// <param name="Rounds">Number of turns of each program.</param>
internal sealed record DeviceScale(
    double Width, int ImageSize, IReadOnlyDictionary<string, int> Views, int WarmUp, int Steps, int Rounds)
{
    /// <summary>The paper's networks. Two programs fit into 80 GB of GPU memory.</summary>
    public static readonly DeviceScale Paper = new(
        1, 224, new Dictionary<string, int> { ["resnet50"] = 256, ["resnet152"] = 128 }, WarmUp: 3, Steps: 20, Rounds: 3);

    /// <summary>A test of the programs themselves, which takes seconds on two cores.</summary>
    public static readonly DeviceScale Small = new(
        0.125, 64, new Dictionary<string, int> { ["resnet50"] = 8, ["resnet152"] = 8 }, WarmUp: 1, Steps: 2, Rounds: 2);
}
