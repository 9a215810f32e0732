// N images, C channels, H height, W width
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>An augmentation that follows the crop (SimCLR section 3.1, figure 4). Every draw is made from the view's own key.</summary>
/// <remarks>
/// An operation has one or two forms. Long ones stand side by side in files of their own: <c>BlurBatch</c> and <c>BlurView</c>,
/// <c>ColorBatch</c> and <c>ColorChanges</c>, <c>JitterBatch</c> and <c>JitterView</c>.
/// <list type="bullet">
/// <item>The batch form, <see cref="Apply"/>, makes passes over a whole batch. Every operation has it. It is for GPUs.</item>
/// <item>The view form, <see cref="ISingleView"/>, changes one view in the cache with SIMD rows. CPUs use it.
/// If one operation of a list lacks it, the whole list runs in batch form (<see cref="ViewChanges"/>).</item>
/// </list>
/// <c>HostBankTests</c> compares the two forms of every operation and of whole lists.
/// </remarks>
/// <param name="Probability">Probability that a view is changed; with 0 the operation is skipped.</param>
public abstract record ViewOperation(double Probability)
{
    /// <summary>The help of the option <c>probability</c>, which every operation has.</summary>
    protected const string ProbabilityHelp = "Probability that the operation is applied to a view.";

    /// <summary>Returns the changed views of a batch, [N, C, H, W], floats in [0, 1].</summary>
    /// <param name="x_NCHW">Floats in [0, 1], one or three channels; left unchanged.</param>
    /// <param name="views">One key per image, folded from seed, stage, epoch, image and view.</param>
    public abstract Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views);

    /// <summary>Decides for each view whether it is changed.</summary>
    /// <param name="views">One key per image.</param>
    /// <param name="draw">Number of the draw that decides, from <see cref="ViewDraws"/>.</param>
    protected bool[] Chosen(ReadOnlySpan<RandomKey> views, int draw)
    {
        var chosen = new bool[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            chosen[i] = Chooses(views[i], draw);
        }

        return chosen;
    }

    /// <summary>Decides whether a view is changed.</summary>
    /// <param name="view">The view's key.</param>
    /// <param name="draw">Number of the draw that decides, from <see cref="ViewDraws"/>.</param>
    protected bool Chooses(RandomKey view, int draw) => view.Uniform(draw) < Probability;

    /// <summary>Takes the chosen images from the changed ones and the others from the unchanged ones.</summary>
    protected static Tensor Where(bool[] chosen, Tensor changed_NCHW, Tensor x_NCHW) =>
        where(tensor(chosen, [chosen.Length, 1, 1, 1]).OnDevice(x_NCHW.device), changed_NCHW, x_NCHW);
}
