using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using Distill.Rivals.Vat;
using static TorchSharp.torch;

// N unlabeled images, K classes
namespace Distill.Rivals.S4L;

/// <summary>
/// S4L (Zhai et al. 2019, arXiv:1905.03670): a second head tells by which of four angles a view was rotated (section 3.1), beside the
/// losses of <see cref="VatMethod"/>: the first step of "MOAM" (section 7), in which all of them are trained together.
/// </summary>
/// <param name="Ratio">Unlabeled images per labeled one in a step; 1 in the paper.</param>
/// <param name="RotationWeight">Weight of the rotations; 1 in the paper's S4L-Rotation.</param>
/// <param name="Vat">The other losses of unlabeled images.</param>
public sealed record S4LMethod(int Ratio, double RotationWeight, VatMethod Vat) : RivalMethod(Ratio)
{
    private const int Angles = 4;

    /// <inheritdoc/>
    public override string Description => "S4L from scratch: predicted rotations, virtual adversarial training, entropy minimization";

    /// <inheritdoc/>
    public override int ViewsPerImage => Angles + 1;

    /// <summary>They are rotated by quarter turns.</summary>
    public override bool NeedsSquares => true;

    /// <inheritdoc/>
    public override int FurtherOutputs => Angles;

    /// <summary>The three other angles, and the perturbed view.</summary>
    internal override IReadOnlyList<IViewChange> Changes =>
        [.. Enumerable.Range(1, Angles - 1).Select(turns => new QuarterTurns(turns)), .. Vat.Changes];

    public static S4LMethod Read(JsonSection section)
    {
        var vat = VatMethod.Read(section);
        return new S4LMethod(vat.Ratio, section.Number("rotationWeight", 1, 0, 1000, "Weight of the loss of rotations."), vat);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<AugmentationOptions> Views(AugmentationOptions weak) => [weak];

    /// <inheritdoc/>
    internal override (Tensor Loss, Tensor? Used) UnlabeledLoss(IReadOnlyList<Tensor> outputs_NO, double progress)
    {
        var classes = outputs_NO[0].shape[1] - Angles;
        Tensor[] logits_NK = [.. outputs_NO.Select(outputs => outputs.narrow(1, 0, classes))];
        var (loss, _) = Vat.UnlabeledLoss([logits_NK[0], logits_NK[^1]], progress);
        var rotations = zeros_like(loss);
        for (var angle = 0; angle < Angles; angle++)
        {
            var angle_N = zeros_like(outputs_NO[angle].argmax(1)).Plus(angle);
            rotations = rotations.Plus(nn.functional.cross_entropy(outputs_NO[angle].narrow(1, classes, Angles), angle_N));
        }

        return (loss.Plus(rotations.Times(RotationWeight / Angles)), null);
    }
}
