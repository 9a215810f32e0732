using Stages.Pipeline.Options;
using static TorchSharp.torch;

namespace Stages.Learning.Networks;

/// <summary>
/// (x − mean) / deviation a channel, before the first convolution: what networks from elsewhere were trained on. It has no weights and no place in a file
/// of weights. Networks that this project trains take images of [0, 1] as they are, as SimCLR's do.
/// </summary>
/// <param name="Mean">Of each channel, images being of [0, 1].</param>
/// <param name="Deviation">Of each channel.</param>
public sealed record Normalization(IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation)
{
    /// <summary>Reads mean and deviation of the block "network"; null where neither is given.</summary>
    /// <exception cref="UserException">Only one of them is, or they are not of the same channels.</exception>
    public static Normalization? Read(JsonSection section)
    {
        var (mean, deviation) = (section.OptionalNumbers("mean", -1000, 1000), section.OptionalNumbers("deviation", 1e-6, 1000));
        if (mean?.Count != deviation?.Count)
        {
            throw section.Error("deviation", $"found {deviation?.Count ?? 0} numbers beside {mean?.Count ?? 0} of mean, expected one of each a channel");
        }

        return mean is null ? null : new Normalization(mean, deviation!);
    }

    /// <exception cref="UserException">It is of another number of channels.</exception>
    public void CheckChannels(int channels)
    {
        if (Mean.Count != channels)
        {
            throw new UserException($"pretrain.network.mean: found {Mean.Count} numbers, expected {channels}, one for each channel of the images");
        }
    }

    /// <summary>x_NCHW → of the same shape.</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return x_NCHW.sub(PerChannel(Mean, x_NCHW)).div(PerChannel(Deviation, x_NCHW)).MoveToOuterDisposeScope();
    }

    private static Tensor PerChannel(IReadOnlyList<double> values, Tensor like) =>
        tensor([.. values], [1, values.Count, 1, 1], dtype: like.dtype, device: like.device);
}
