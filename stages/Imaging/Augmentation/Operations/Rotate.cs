// N images, C channels, H height, W width
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// A rotation by 90, 180 or 270 degrees, all equally likely (SimCLR figure 4). Images that are not square are rotated by 180 degrees,
/// the only angle that keeps their shape.
/// </summary>
/// <param name="Probability">Probability that a view is changed; 0.5 by default, since the paper gives none.</param>
internal sealed record Rotate(double Probability) : ViewOperation(Probability)
{
    private const int Turns = 3;

    public static Rotate Read(JsonSection section) => new(section.Number("probability", 0.5, 0, 1, ProbabilityHelp));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var chosen = Chosen(views, ViewDraws.Rotate);
        var quarters = new int[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var square = x_NCHW.shape[2] == x_NCHW.shape[3];
            quarters[i] = !chosen[i] ? 0 : square ? 1 + views[i].Below(ViewDraws.Quarters, Turns) : 2;
        }

        var turned = x_NCHW.alias();
        foreach (var quarter in quarters.Distinct().Where(quarter => quarter > 0))
        {
            turned = Where([.. quarters.Select(q => q == quarter)], rot90(x_NCHW, quarter, (2, 3)), turned);
        }

        return turned.MoveToOuterDisposeScope();
    }
}
