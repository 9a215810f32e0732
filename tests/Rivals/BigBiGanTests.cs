using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Rivals.BigBiGan;
using Distill.Rivals.Training;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

// N images, L length of a latent
namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class BigBiGanTests
{
    private const int Latent = 3;
    private const int Batch = 4;
    private static readonly RandomKey Key = RandomKey.FromSeed(4).Fold("bigbigan");

    // Of the images of TinyDataset.
    private static readonly MapSizes Sizes = new(12, 12);

    private static readonly BigBiGanOptions Options = new(
        TinyDataset.Network,
        Latent,
        Width: 2,
        OptimizerOptions.Default with { LearningRate = 0.01, Beta1 = 0, WarmupFraction = 0 },
        new AugmentationOptions(new CropOptions((0.5, 1), (1, 1), 0.5), []),
        new TrainingOptions(50, Batch, OptimizerOptions.Default with { LearningRate = 0.01 }));

    [Fact]
    public void Losses_are_those_of_the_paper()
    {
        using var scope = NewDisposeScope();
        var (encoded, generated) = (Pattern.Uniform("encoded", 5, 3).Times(3), Pattern.Uniform("generated", 5, 3).Times(3));
        var (hinges, sum) = (0.0, 0.0);
        foreach (var (data, made) in encoded.ReadAll<float>().Zip(generated.ReadAll<float>()))
        {
            hinges += (Math.Max(0.0, 1 - data) + Math.Max(0.0, 1 + made)) / 5;
            sum += data / 5.0;
        }

        Assert.Equal(hinges, PairLoss.OfDiscriminator(encoded, generated).ReadDouble(), 1e-5);
        Assert.Equal(sum, PairLoss.OfEncoder(encoded).ReadDouble(), 1e-5);
    }

    [Theory]
    [InlineData(28, 28, 2, 7, 7)]
    [InlineData(32, 32, 3, 4, 4)]
    [InlineData(30, 41, 2, 8, 11)]
    [InlineData(224, 224, 5, 7, 7)]
    [InlineData(3, 5, 0, 3, 5)]
    public void Networks_fit_every_size(int height, int width, int halvings, int smallestHeight, int smallestWidth)
    {
        using var scope = NewDisposeScope();
        using var generator = Key.Generator();
        var sizes = new MapSizes(height, width);
        Assert.Equal((halvings, (smallestHeight, smallestWidth)), (sizes.Halvings, sizes.Smallest));

        using var maker = new ImageGenerator(Latent, 2, channels: 3, sizes, generator);
        using var judge = new PairDiscriminator(Latent, 2, channels: 3, sizes, generator);
        var latents = Pattern.Uniform("latents", Batch, Latent);
        var images = maker.forward(latents);

        Assert.Equal([Batch, 3, height, width], images.shape);
        Assert.All(images.ReadAll<float>(), value => Assert.InRange(value, 0, 1));
        Assert.Equal([Batch, PairDiscriminator.Scores], judge.forward(images, latents).shape);
    }

    [Fact]
    public void A_latent_is_mean_and_noise_times_softplus_of_the_deviation()
    {
        using var scope = NewDisposeScope();
        var (outputs, noise) = (Pattern.Uniform("outputs", 2, 2 * Latent), Pattern.Uniform("noise", 2, Latent));
        var (values, normals) = (outputs.ReadAll<float>(), noise.ReadAll<float>());
        var drawn = LatentEncoder.Draw(outputs, noise).ReadAll<float>();
        for (var i = 0; i < drawn.Length; i++)
        {
            var (row, place) = (i / Latent, i % Latent);
            var (mean, raw) = (values[row * 2 * Latent + place], values[row * 2 * Latent + Latent + place]);
            Assert.Equal(mean + Math.Log(1 + Math.Exp(raw)) * normals[i], drawn[i], 1e-5);
        }
    }

    /// <summary>A small step of gradient descent, measured on the same pairs before and after.</summary>
    [Fact]
    public void Discriminator_learns_to_tell_pairs_apart_and_the_generator_to_hide_its_own()
    {
        using var scope = NewDisposeScope();
        using var generator = Key.Generator();
        var maker = new ImageGenerator(Latent, 2, channels: 1, Sizes, generator);
        var judge = new PairDiscriminator(Latent, 2, channels: 1, Sizes, generator);
        var descent = new OptimizerOptions(OptimizerKind.Sgd, LearningRate: 0.001, WeightDecay: 0, Momentum: 0, WarmupFraction: 0);
        using var adversaries = new Adversaries(maker, judge, descent, 10, StageFixture.Settings.Compute);
        var (images, encoded) = (Images(), Pattern.Uniform("encoded", Batch, Latent));
        var drawn = Pattern.Uniform("drawn", Batch, Latent).Times(3);
        var made = maker.forward(drawn).detach();
        // Until the largest singular values are known, their estimates would change more than the weights.
        for (var pass = 0; pass < 200; pass++)
        {
            judge.forward(images, encoded).Dispose();
        }

        var before = Loss();
        adversaries.Learn(0, images, encoded, drawn);

        Assert.Equal(before, adversaries.DiscriminatorLoss!.ReadDouble(), 1e-3);
        Assert.True(Loss() < before, $"{Loss()} after {before}");
        var (old, found) = (ScoreOf(made), ScoreOf(maker.forward(drawn)));
        Assert.True(found > old, $"{found} after {old}");

        double Loss() => PairLoss.OfDiscriminator(adversaries.Score(images, encoded), adversaries.Score(made, drawn)).ReadDouble();

        double ScoreOf(Tensor pictures) => adversaries.Score(pictures, drawn).sum().ReadDouble();
    }

    /// <summary>Memory runs out once, after the discriminator has learned; the step is asked for again.</summary>
    [Fact]
    public void Step_that_runs_out_of_memory_teaches_nothing_twice()
    {
        using var scope = NewDisposeScope();
        var (images, encoded) = (Images(), Pattern.Uniform("encoded", Batch, Latent));
        var drawn = Pattern.Uniform("drawn", Batch, Latent).Times(3);
        using var enough = Made(failures: 0);
        enough.Learn(0, images, encoded, drawn);
        using var little = Made(failures: 1);

        Assert.Throws<InsufficientMemoryException>(() => little.Learn(0, images, encoded, drawn));
        little.Learn(0, images, encoded, drawn);

        Assert.All(
            enough.State.Where(entry => !entry.Key.Contains("running", StringComparison.Ordinal) && entry.Value.is_floating_point()),
            entry => Close.Exactly(entry.Value, little.State[entry.Key]));

        static Adversaries Made(int failures)
        {
            using var generator = Key.Generator();
            return new Adversaries(
                new ImageGenerator(Latent, 2, channels: 1, Sizes, generator),
                new FullMemory(new PairDiscriminator(Latent, 2, channels: 1, Sizes, generator), failures),
                Options.Adversaries,
                10,
                StageFixture.Settings.Compute);
        }
    }

    [Fact]
    public void Scoring_teaches_the_discriminator_nothing()
    {
        using var scope = NewDisposeScope();
        using var adversaries = Adversaries();
        var (images, encoded) = (Images(), Pattern.Uniform("encoded", Batch, Latent));
        var drawn = Pattern.Uniform("drawn", Batch, Latent).Times(3);
        adversaries.Learn(0, images, encoded, drawn);
        var before = Copy(adversaries);
        var leaf = encoded.clone().requires_grad_();
        var scores = adversaries.Score(images, leaf);
        scores.sum().backward();

        Assert.True(leaf.grad!.abs().sum().ReadDouble() > 0);
        AssertAre(before, adversaries);
        // Nothing of it is left for the next step either.
        using var twin = Adversaries();
        Restore(before, twin);
        twin.Learn(1, images, encoded, drawn);
        adversaries.BeginStep();
        adversaries.Learn(1, images, encoded, drawn);
        AssertAre(Copy(twin), adversaries);
    }

    [Fact]
    public void Loss_is_the_score_of_the_encoders_pairs_after_one_step_of_the_adversaries()
    {
        using var scope = NewDisposeScope();
        using var images = ImageBank.Open(new TinyDataset().Train(), CPU, threads: 1);
        using var network = Options.Create(1, generator: null);
        Pattern.Fill(network);
        using var adversaries = Adversaries();
        using var task = new BigBiGanTask(
            network, () => network, new ImageViews(images, Options.Augmentations, Options.Training, Key, [null]), adversaries, Key);
        var start = Copy(adversaries);
        using var inputs = task.Inputs(2);
        var outputs = network.call(inputs.All()).detach().requires_grad_();

        var loss = task.Loss(2, outputs);
        loss.backward();

        var noise = RandomNormals.Draw([.. Enumerable.Range(0, Batch).Select(row => Key.Fold("noise").Fold(2).Fold(row))], Latent, CPU);
        var expected = adversaries.Score(inputs.All(), LatentEncoder.Draw(outputs, noise));
        Assert.Equal(expected.ReadAll<float>().Sum(score => (double)score) / Batch, loss.ReadDouble(), 1e-5);
        Assert.True(outputs.grad!.abs().sum().ReadDouble() > 0);
        Assert.Equal("discriminatorLoss", Assert.Single(task.Monitor()).Key);

        // Both learned, and do not learn again if the loss is asked for again, as by a step that needs less memory.
        var after = Copy(adversaries);
        Assert.All(
            ["generator.dense.weight", "discriminator.pairScore.linear.weight"], name => Assert.False(start[name].Equals(after[name])));
        Assert.Equal(loss.ReadDouble(), task.Loss(2, outputs).ReadDouble(), 1e-6);
        AssertAre(after, adversaries);

        // A training that was restored takes the same step again.
        Restore(start, adversaries);
        using var again = task.Inputs(2);
        task.Loss(2, outputs);
        AssertAre(after, adversaries);
    }

    private static Dictionary<string, Tensor> Copy(Adversaries adversaries) =>
        adversaries.State.ToDictionary(entry => entry.Key, entry => entry.Value.clone());

    private static void Restore(Dictionary<string, Tensor> saved, Adversaries adversaries)
    {
        using var frozen = no_grad();
        foreach (var (name, value) in adversaries.State)
        {
            value.copy_(saved[name]);
        }
    }

    private static void AssertAre(Dictionary<string, Tensor> expected, Adversaries adversaries) =>
        Assert.All(adversaries.State, entry => Close.Exactly(expected[entry.Key], entry.Value));

    private static Tensor Images() => Pattern.Uniform("images", Batch, 1, Sizes.Height, Sizes.Width).Plus(1).Over(2);

    private static Adversaries Adversaries() =>
        Options.CreateAdversaries(channels: 1, Sizes, StageFixture.Settings.Compute, Key.Fold("adversaries"));
}
