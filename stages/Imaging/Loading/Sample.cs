using Distill.Learning.Randomness;

namespace Distill.Imaging.Loading;

/// <summary>An image in an epoch.</summary>
/// <param name="Epoch">Epoch, counted from 0.</param>
/// <param name="Index">Position in the list that is trained on: images, labeled images or soft targets.</param>
public readonly record struct Sample(long Epoch, int Index)
{
    /// <summary>Returns the key of one of its views.</summary>
    public RandomKey View(RandomKey stage, int view) => stage.Fold(Epoch).Fold(Index).Fold(view);
}
