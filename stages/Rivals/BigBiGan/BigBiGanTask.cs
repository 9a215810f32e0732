using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Rivals.Training;
using static TorchSharp.torch;

// B images of a step, C channels, H height, W width, L length of a latent
namespace Distill.Rivals.BigBiGan;

/// <summary>
/// Trains an encoder to give images latents whose pairs look like those of a generator. In each step the discriminator learns first, then
/// the generator, then the encoder.
/// </summary>
/// <param name="network">The encoder, on its device; owned by the caller.</param>
/// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
/// <param name="views">The images of each step, one view of each; owned by this object.</param>
/// <param name="adversaries">Discriminator and generator; owned by this object.</param>
/// <param name="random">Draws latents.</param>
internal sealed class BigBiGanTask(
    nn.Module<Tensor, Tensor> network,
    Func<nn.Module<Tensor, Tensor>> createReplica,
    ImageViews views,
    Adversaries adversaries,
    RandomKey random) : EncoderTask(network, createReplica, views)
{
    private readonly RandomKey _noise = random.Fold("noise");
    private readonly RandomKey _latents = random.Fold("latents");
    private StepInputs? _inputs;

    public override IReadOnlyDictionary<string, Tensor> ExtraState => adversaries.State;

    public override StepInputs Inputs(long step, BatchShare share)
    {
        adversaries.BeginStep();
        // The loop disposes of the inputs after the step.
        return _inputs = base.Inputs(step, share);
    }

    public override Tensor Loss(long step, Tensor outputs)
    {
        using var scope = NewDisposeScope();
        var images_BCHW = _inputs!.All();
        var encoded_BL = LatentEncoder.Draw(outputs, Normals(_noise, step, outputs));
        adversaries.Learn(step, images_BCHW, encoded_BL.detach(), Normals(_latents, step, outputs));
        return PairLoss.OfEncoder(adversaries.Score(images_BCHW, encoded_BL)).MoveToOuterDisposeScope();
    }

    public override IReadOnlyDictionary<string, double> Monitor() => adversaries.DiscriminatorLoss is not { } loss
        ? base.Monitor()
        : new Dictionary<string, double> { ["discriminatorLoss"] = loss.ReadDouble() };

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        adversaries.Dispose();
    }

    /// <summary>Draws a latent for each row of outputs, [B, L].</summary>
    private static Tensor Normals(RandomKey key, long step, Tensor outputs)
    {
        var ofStep = key.Fold(step);
        RandomKey[] keys = [.. Enumerable.Range(0, (int)outputs.shape[0]).Select(row => ofStep.Fold(row))];
        return RandomNormals.Draw(keys, (int)outputs.shape[1] / 2, outputs.device);
    }
}
