using Distill.Learning.Randomness;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// A <see cref="ViewOperation"/> with a second form for the CPU: one view at a time, where the first takes many passes over a whole batch.
/// Both make the same draws of the same key and differ in rounding alone.
/// </summary>
internal interface ISingleView
{
    /// <summary>Changes a view, or leaves it, as <paramref name="key"/> has it.</summary>
    /// <param name="view">Floats of [0, 1].</param>
    /// <param name="key">The view's key: of (seed, stage, epoch, image, view).</param>
    void Change(ViewSpan view, RandomKey key);
}
