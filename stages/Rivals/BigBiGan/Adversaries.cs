using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Rivals.Training;
using static TorchSharp.torch;

// N images, C channels, H height, W width, L length of a latent, S scores of a pair
namespace Distill.Rivals.BigBiGan;

/// <summary>The two networks against which, and beside which, the encoder trains: a discriminator of pairs, and a generator.</summary>
internal sealed class Adversaries : IDisposable
{
    private readonly ImageGenerator _generator;
    private readonly nn.Module<Tensor, Tensor, Tensor> _discriminator;
    private readonly SideTraining _generating;
    private readonly SideTraining _discriminating;
    private readonly Compute _compute;

    /// <param name="generator">Makes images from latents, on its device; owned by this object.</param>
    /// <param name="discriminator">Scores pairs, on its device; owned by this object.</param>
    /// <param name="optimizer">The optimizer of each.</param>
    /// <param name="steps">Number of steps of the training.</param>
    /// <param name="compute">Arithmetic of the forward passes.</param>
    public Adversaries(
        ImageGenerator generator,
        nn.Module<Tensor, Tensor, Tensor> discriminator,
        OptimizerOptions optimizer,
        int steps,
        Compute compute)
    {
        (_generator, _discriminator, _compute) = (generator, discriminator, compute);
        _generating = new SideTraining(generator, "generator", optimizer, steps);
        _discriminating = new SideTraining(discriminator, "discriminator", optimizer, steps);
    }

    /// <summary>The tensors that a checkpoint must contain, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State =>
        _generating.State.Concat(_discriminating.State).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <summary>The discriminator's loss before its last step: a scalar without a graph. Null before the first.</summary>
    public Tensor? DiscriminatorLoss { get; private set; }

    /// <summary>Bytes of the gradients of both.</summary>
    public long GradientBytes => _generating.GradientBytes + _discriminating.GradientBytes;

    /// <summary>
    /// Takes a step of the discriminator, and then one of the generator. If memory runs out, a second call with the same images and latents
    /// takes what is left of the step.
    /// </summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="images_NCHW">Images in [0, 1].</param>
    /// <param name="encoded_NL">Latents that the encoder drew for them, without a graph.</param>
    /// <param name="drawn_NL">Standard normal latents, from which the generator makes as many images.</param>
    public void Learn(long step, Tensor images_NCHW, Tensor encoded_NL, Tensor drawn_NL)
    {
        if (_generating.HasStepped)
        {
            return;
        }

        using var scope = NewDisposeScope();
        _generator.train();
        _discriminator.train();
        Tensor generated_NCHW;
        using (_compute.BeginAutocast())
        {
            generated_NCHW = _generator.forward(drawn_NL);
        }

        if (!_discriminating.HasStepped)
        {
            var scores = Forward(cat([images_NCHW, generated_NCHW.detach()]), cat([encoded_NL, drawn_NL])).chunk(2);
            var loss = PairLoss.OfDiscriminator(scores[0], scores[1]);
            DiscriminatorLoss?.Dispose();
            DiscriminatorLoss = loss.detach().DetachFromDisposeScope();
            _discriminating.Minimize(step, loss);
        }

        _generating.Minimize(step, PairLoss.OfEncoder(Score(generated_NCHW, drawn_NL)).neg());
    }

    /// <inheritdoc cref="SideTraining.BeginStep"/>
    public void BeginStep()
    {
        _discriminating.BeginStep();
        _generating.BeginStep();
    }

    /// <summary>Scores pairs, [N, S] in fp32. The graph leads to images and latents; the discriminator does not learn by it.</summary>
    public Tensor Score(Tensor images_NCHW, Tensor latents_NL)
    {
        // Power iterations and gradients of weights are for the discriminator's own step.
        _discriminator.eval();
        Learns(false);
        try
        {
            return Forward(images_NCHW, latents_NL);
        }
        finally
        {
            Learns(true);
        }
    }

    public void Dispose()
    {
        _generating.Dispose();
        _discriminating.Dispose();
        _generator.Dispose();
        _discriminator.Dispose();
        DiscriminatorLoss?.Dispose();
    }

    private Tensor Forward(Tensor images_NCHW, Tensor latents_NL)
    {
        using var scope = NewDisposeScope();
        using var arithmetic = _compute.BeginAutocast();
        return _discriminator.forward(images_NCHW, latents_NL).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private void Learns(bool learns)
    {
        foreach (var parameter in _discriminator.parameters())
        {
            parameter.requires_grad = learns;
        }
    }
}
