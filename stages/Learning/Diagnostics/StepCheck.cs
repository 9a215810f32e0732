using Distill.Learning.Arithmetic;
using Distill.Learning.Losses;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

// M views, C channels, H height, W width, D outputs, P outputs of the projection head, N images, K classes
namespace Distill.Learning.Diagnostics;

/// <summary>
/// Compares one training step of <see cref="Trainer"/> with autograd in fp64 on the CPU. Plain SGD at rate 1 subtracts exactly the gradient
/// from the weights, so the change of the weights is compared with the reference's gradient, and the loss with the reference's loss.
/// </summary>
/// <param name="Name">The kind of training.</param>
/// <param name="Build">Creates the network.</param>
/// <param name="Loss">Computes the loss of the outputs, [M, D], on any device.</param>
internal sealed record StepCheck(string Name, Func<Generator, nn.Module<Tensor, Tensor>> Build, Func<Tensor, Tensor> Loss)
{
    private const int Views = 32;
    private const int Channels = 3;
    private const int Classes = 10;
    private const int Size = 32;
    private const int Patches = 4;

    // One block per stage, because through many layers rounding moves values across the kinks of ReLUs, and even exact kernels would
    // disagree.
    private static readonly NetworkOptions Basic = new(new("basic", Bottleneck: false, [1, 1, 1, 1]), 0.25, Stem.Half);
    private static readonly NetworkOptions Bottleneck = new(new("bottleneck", Bottleneck: true, [1, 1, 1, 1]), 0.25, Stem.Half);
    private static readonly NetworkOptions Selective = Bottleneck with { SelectiveKernels = true };
    private static readonly HeadOptions Head = new(Layers: 3, Output: 32);
    private static readonly OptimizerOptions PlainSgd = new(
        OptimizerKind.Sgd, LearningRate: 1, WeightDecay: 0, Momentum: 0, WarmupFraction: 0);

    public static readonly IReadOnlyList<StepCheck> All =
    [
        new("contrastive pretraining", generator => new ContrastiveNetwork(Bottleneck, Head, Channels, generator), Contrastive),
        new("fine-tuning", generator => new FineTunedNetwork(Bottleneck, Head, fromLayer: 1, Channels, Classes, generator), CrossEntropy),
        new("distillation", generator => new ResNet(Basic, Channels, Classes, generator), SoftCrossEntropy),
        new("distillation with selective kernels", generator => new ResNet(Selective, Channels, Classes, generator), SoftCrossEntropy),
    ];

    /// <summary>Returns the largest relative error of loss and gradient.</summary>
    /// <param name="compute">Device and arithmetic of the step.</param>
    /// <param name="random">The key of weights and views.</param>
    public double Error(Compute compute, RandomKey random)
    {
        using var network = Network(random);
        compute.MoveTo(network);
        var before = Copies(network.named_parameters());
        using var task = new FixedTask(network, MakeViews(random, ScalarType.Float32).to(compute.Device), Loss);
        var settings = new RunSettings(compute, Seed: 0, TimeSpan.MaxValue);
        using var trainer = new Trainer(task, new TrainingOptions(Steps: 1, Views, PlainSgd), settings, _ => { }) { ReadsEveryStep = true };
        var reading = trainer.Take(0, rate: 1, read: true);
        var after = Copies(network.named_parameters());

        var (loss, gradients) = Reference(random);
        var taken = cat([.. gradients.Keys.Select(name => before[name].Plus(after[name], -1).flatten())]);
        var gradient = cat([.. gradients.Values.Select(part => part.flatten())]);
        return Difference.Worst(
            Math.Abs(reading.Loss!.Value - loss) / Math.Abs(loss),
            Difference.Relative(taken.norm(), gradient.norm()),
            Difference.Direction(taken, gradient));
    }

    /// <summary>Computes loss and gradients by autograd.</summary>
    private (double Loss, IReadOnlyDictionary<string, Tensor> Gradients) Reference(RandomKey random)
    {
        using var network = Network(random);
        network.to(ScalarType.Float64);
        var loss = Loss(network.forward(MakeViews(random, ScalarType.Float64)));
        loss.backward();
        var trained = network.named_parameters().Where(entry => entry.parameter.requires_grad);
        return (loss.ReadDouble(), Copies(trained.Select(entry => (entry.name, entry.parameter.grad!))));
    }

    /// <summary>Creates the network in training mode, without zero weights: a scale of zero would hide the branch behind it.</summary>
    private nn.Module<Tensor, Tensor> Network(RandomKey random)
    {
        using var generator = random.Generator();
        var network = Build(generator);
        using var frozen = no_grad();
        foreach (var parameter in network.parameters().Where(weight => weight.requires_grad && weight.abs().max().ReadDouble() == 0))
        {
            parameter.copy_(NewTensors.FullLike(parameter, 0.1, ScalarType.Float32));
        }

        network.train();
        return network;
    }

    private static Dictionary<string, Tensor> Copies(IEnumerable<(string Name, Tensor Tensor)> tensors) =>
        tensors.ToDictionary(entry => entry.Name, entry => Difference.Exact(entry.Tensor).clone());

    private static Dictionary<string, Tensor> Copies(IEnumerable<(string Name, Parameter Parameter)> parameters) =>
        Copies(parameters.Select(entry => (entry.Name, (Tensor)entry.Parameter)));

    /// <summary>
    /// Draws images of large patches with fine noise, [M, C, H, W]. With fine noise alone, all pooled features would be alike, and batch
    /// norms would amplify their rounding.
    /// </summary>
    private static Tensor MakeViews(RandomKey random, ScalarType type)
    {
        var patches = Noise.Of(random.Fold("patches"), ScalarType.Float32, Views, Channels, Patches, Patches)
            .repeat_interleave(Size / Patches, 2).repeat_interleave(Size / Patches, 3);
        var noise = Noise.Of(random.Fold("noise"), ScalarType.Float32, Views, Channels, Size, Size);
        return patches.Times(2).Plus(noise).sigmoid().to_type(type);
    }

    private static Tensor Contrastive(Tensor z_MP) => ContrastiveLoss.NtXent(z_MP, temperature: 1);

    private static Tensor CrossEntropy(Tensor logits_NK) =>
        nn.functional.cross_entropy(logits_NK, NewTensors.Range(logits_NK.shape[0], logits_NK.device).Modulo_(Classes));

    private static Tensor SoftCrossEntropy(Tensor logits_NK) => SoftTargetLoss.CrossEntropy(
        logits_NK,
        Noise.Of(RandomKey.FromSeed(2), ScalarType.Float32, logits_NK.shape).to(logits_NK.device),
        teacherTemperature: 0.5,
        studentTemperature: 1);

    /// <summary>A task with given views.</summary>
    private sealed class FixedTask(nn.Module<Tensor, Tensor> network, Tensor views_MCHW, Func<Tensor, Tensor> loss)
        : TrainingTask, IDisposable
    {
        public override nn.Module<Tensor, Tensor> Network => network;

        public override int ItemsPerStep => Views;

        public override nn.Module<Tensor, Tensor> NewReplica() =>
            throw new InvalidOperationException("a batch of one group needs no replica");

        public override double EpochOf(long step) => step;

        public override StepInputs Inputs(long step, BatchShare share) => StepInputs.Of(views_MCHW.alias(), share);

        public override Tensor Loss(long step, Tensor outputs) => loss(outputs);

        public void Dispose() => views_MCHW.Dispose();
    }
}
