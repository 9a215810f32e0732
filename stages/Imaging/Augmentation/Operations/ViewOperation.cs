using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>One change of a batch of views, every draw made per image from that view's own key (SimCLR section 3.1, figure 4).</summary>
/// <param name="Probability">Chance that a view is changed; with 0 the operation is passed over.</param>
public abstract record ViewOperation(double Probability)
{
    /// <summary>The help of the option <c>probability</c>, which every operation has.</summary>
    protected const string ProbabilityHelp = "Probability that the operation is applied to a view.";

    /// <param name="x_NCHW">Floats of [0, 1], one or three channels; left as it is.</param>
    /// <param name="views">One key an image: of (seed, stage, epoch, image, view).</param>
    /// <returns>[N, C, H, W], floats of [0, 1].</returns>
    public abstract Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views);

    /// <summary>For each view whether it is changed.</summary>
    /// <param name="views">One key an image.</param>
    /// <param name="draw">The draw of the key that decides.</param>
    protected bool[] Chosen(ReadOnlySpan<RandomKey> views, int draw)
    {
        var chosen = new bool[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            chosen[i] = Chooses(views[i], draw);
        }

        return chosen;
    }

    /// <summary>Whether a view is changed.</summary>
    /// <param name="view">Its key.</param>
    /// <param name="draw">The draw of the key that decides.</param>
    protected bool Chooses(RandomKey view, int draw) => view.Uniform(draw) < Probability;

    /// <summary>The changed images where they were chosen, the others as they are.</summary>
    protected static Tensor Where(bool[] chosen, Tensor changed_NCHW, Tensor x_NCHW) =>
        where(tensor(chosen, [chosen.Length, 1, 1, 1]).OnDevice(x_NCHW.device), changed_NCHW, x_NCHW);
}
