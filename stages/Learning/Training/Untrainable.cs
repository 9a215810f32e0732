using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Learning.Training;

/// <summary>The errors of a training that changed no weight. Its learning rate cannot be the cause.</summary>
internal static class Untrainable
{
    /// <summary>Checks the weights and buffers that training starts or resumes from.</summary>
    /// <returns>An error that names one that is NaN or infinite; null if all are finite.</returns>
    public static UserException? AtStart(string stage, nn.Module network)
    {
        using var scope = NewDisposeScope();
        var bad = network.state_dict()
            .Where(entry => entry.Value.is_floating_point() && !double.IsFinite(entry.Value.detach().norm().ReadDouble()))
            .Select(entry => entry.Key)
            .FirstOrDefault(key => !network.state_dict()[key].isfinite().all().ReadBoolean());
        return bad is null ? null : new UserException(
            $"{stage}: found NaN or infinite values in '{bad}' before the first step, expected finite weights; "
            + "the weights that this stage starts from are damaged, so import or train them again");
    }

    /// <summary>Creates the error of a training without any finite step.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="steps">Steps that were tried.</param>
    public static UserException NoStepTaken(string stage, long steps) => new(FormattableString.Invariant(
        $"{stage}: found a NaN or infinite loss or gradient in each of {steps} steps, so nothing was trained. The weights were finite and ")
        + "did not change. Check what the stage reads: soft targets, mean and deviation of its network, and the images");
}
