namespace Distill.Rivals.Pirl;

/// <summary>The grid of patches of an image: three by three, as in the paper.</summary>
internal static class Patches
{
    /// <summary>Patches in each direction.</summary>
    public const int PerSide = 3;

    /// <summary>Patches of an image.</summary>
    public const int Count = PerSide * PerSide;
}
