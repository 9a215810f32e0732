using Distill.Cli.Planning;
using Distill.Imaging.Evaluation;
using Distill.Probe;

namespace Distill.Cli.Capacity;

/// <summary>What the linear evaluation of the encoder keeps in the host's memory.</summary>
/// <param name="Images">Number of images that it learns from.</param>
/// <param name="Length">Number of features of an image.</param>
internal sealed record FeatureCapacity(long Images, int Length)
{
    /// <summary>Bytes of all features.</summary>
    public long HostBytes => HostFeatures.BytesOf(Images, Length);

    /// <summary>
    /// Plans the stage; null if there is none, or if a list says which images it learns from. L-BFGS is for few images, whose features
    /// stay on the device.
    /// </summary>
    public static FeatureCapacity? Of(PipelineOptions options, PlannedData data) =>
        options.Probe is { Options.Solver: ProbeSolver.Sgd } probe
        && ImagesOf(probe.Options, options, data) is { } images
            ? new FeatureCapacity(images, options.Pretrain.Options.Network.Features)
            : null;

    private static long? ImagesOf(ProbeOptions probe, PipelineOptions options, PlannedData data) =>
        probe.Labels == ProbeLabels.All ? data.Images
        : options.Labels.PerClass is { } perClass ? (long)perClass * data.Classes
        : (long?)(options.Labels.Fraction * data.Images);
}
