// R rows of a step, N of them views with soft targets, K classes, C channels, H height, W width
using Distill.Imaging.Loading;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>The views that a student learns from, and the teacher's logits for them.</summary>
internal interface ITargets : IDisposable
{
    /// <summary>Passes over the views or images after a number of steps.</summary>
    double EpochsAfter(long steps);

    /// <summary>Returns the N views of a step, counted from 0: a pure function that any thread may call.</summary>
    IEnumerable<ViewRequest> ViewsAt(long step);

    /// <summary>Takes the loaded inputs of a step, before any of their logits are asked for.</summary>
    /// <param name="inputs">Rows of the step, [R, C, H, W], floats in [0, 1]: all, or the share of a rank.</param>
    /// <param name="first">The place of the first of these views among all N.</param>
    /// <param name="views">Numbers of the rows that are views, increasing.</param>
    void Show(StepInputs inputs, int first, long[] views);

    /// <summary>Returns the teacher's logits for some of the step's views: [views, K], fp32.</summary>
    Tensor LogitsAt(long step, Range views);
}
