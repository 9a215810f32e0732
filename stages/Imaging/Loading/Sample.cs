using Distill.Learning.Randomness;

namespace Distill.Imaging.Loading;

/// <summary>One image in one epoch.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Index">Place in whatever is gone through: images, labeled images, soft targets.</param>
public readonly record struct Sample(long Epoch, int Index)
{
    /// <summary>The key of one of its views.</summary>
    public RandomKey View(RandomKey stage, int view) => stage.Fold(Epoch).Fold(Index).Fold(view);
}
