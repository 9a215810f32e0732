using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// N images, Y and X places of a patch, T outputs per patch, P predictions, K candidates
namespace Distill.Rivals.Cpc;

/// <summary>
/// The InfoNCE loss of CPC (van den Oord et al. 2018, equation 4): a prediction must find its patch among the patches of all images of the
/// batch.
/// </summary>
internal static class CpcLoss
{
    private const int Places = PatchGrid.PerSide * PatchGrid.PerSide;

    /// <summary>Number of candidates among which each prediction chooses.</summary>
    /// <param name="images">N.</param>
    public static long Candidates(long images) => images * Places;

    /// <summary>Number of pairs of a prediction and a candidate, over all directions.</summary>
    /// <param name="images">N.</param>
    /// <param name="apart">Rows from a place to the patch that it predicts.</param>
    public static long Pairs(long images, int apart) =>
        CpcNetwork.Directions * images * (PatchGrid.PerSide - apart) * PatchGrid.PerSide * Candidates(images);

    /// <summary>The mean over directions, places and images.</summary>
    /// <param name="outputs">Outputs of a <see cref="CpcNetwork"/>, one row per image.</param>
    /// <param name="apart">Rows from a place to the patch that it predicts.</param>
    public static Tensor Of(Tensor outputs, int apart)
    {
        using var scope = NewDisposeScope();
        var (images, side) = (outputs.shape[0], PatchGrid.PerSide);
        var parts = outputs.view(images, 1 + CpcNetwork.Directions, side, side, -1).unbind(1);
        var candidates = NewTensors.Range(images * Places, outputs.device).view(images, side, side);
        var losses = new List<Tensor>();
        for (var direction = 0; direction < CpcNetwork.Directions; direction++)
        {
            var targets_KT = parts[0].rot90(direction, (1, 2)).reshape(images * Places, -1);
            var predictions_PT = parts[1 + direction].narrow(1, 0, side - apart).reshape(images * (side - apart) * side, -1);
            var found_P = candidates.narrow(1, apart, side - apart).reshape(-1);
            losses.Add(nn.functional.cross_entropy(predictions_PT.matmul(targets_KT.t()), found_P));
        }

        return stack(losses).mean().MoveToOuterDisposeScope();
    }
}
