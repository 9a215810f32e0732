namespace Benchmarks.Device;

/// <summary>How large the work of <c>benchmarks device</c> is.</summary>
/// <param name="Width">Width of every network; 1 in the paper.</param>
/// <param name="ImageSize">Height and width of the views in pixels.</param>
/// <param name="Views">Views per step, by the network's name.</param>
/// <param name="WarmUp">Steps of each turn before the clock starts.</param>
/// <param name="Steps">Steps timed in a turn.</param>
/// <param name="Rounds">Turns of each program.</param>
internal sealed record DeviceScale(double Width, int ImageSize, IReadOnlyDictionary<string, int> Views, int WarmUp, int Steps, int Rounds)
{
    /// <summary>Fits 80 GB with two programs on the GPU.</summary>
    public static readonly DeviceScale Paper = new(1, 224, new Dictionary<string, int> { ["resnet50"] = 256, ["resnet152"] = 128 }, WarmUp: 3, Steps: 20, Rounds: 3);

    /// <summary>A trial of the programs themselves, in seconds on two cores.</summary>
    public static readonly DeviceScale Small = new(0.125, 64, new Dictionary<string, int> { ["resnet50"] = 8, ["resnet152"] = 8 }, WarmUp: 1, Steps: 2, Rounds: 2);
}
