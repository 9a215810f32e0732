using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Rivals;
using Distill.Rivals.FixMatch;
using Distill.Rivals.PseudoLabel;
using Distill.Rivals.S4L;
using Distill.Rivals.Uda;
using Distill.Rivals.Vat;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

/// <summary>The losses of the rivals, against plain loops in double precision.</summary>
[Collection(TorchTests.Name)]
public sealed class RivalLossTests
{
    private const int Images = 24;
    private const int Classes = 5;
    private static readonly AugmentationOptions Any = new(null, []);

    // About half of the images reach it.
    private const double Threshold = 0.5;

    [Fact]
    public void FixMatch_learns_the_class_of_confident_weak_views()
    {
        using var scope = NewDisposeScope();
        var (weak, strong) = (Logits("weak"), Logits("strong"));
        var sum = 0.0;
        var used = 0;
        for (var i = 0; i < Images; i++)
        {
            var p = Softmax(weak.Rows[i]);
            if (p.Max() >= Threshold)
            {
                used++;
                sum -= Math.Log(Softmax(strong.Rows[i])[Array.IndexOf(p, p.Max())]);
            }
        }

        var method = new FixMatchMethod(7, Any, Threshold, Weight: 3);
        AssertLoss(3 * sum / Images, used, method.UnlabeledLoss([weak.Tensor, strong.Tensor], 0.5));
        AssertNoGradient(weak.Tensor, strong.Tensor, method);
    }

    [Fact]
    public void Uda_learns_the_sharpened_prediction_of_confident_weak_views()
    {
        using var scope = NewDisposeScope();
        var (weak, strong) = (Logits("weak"), Logits("strong"));
        var sum = 0.0;
        var used = 0;
        for (var i = 0; i < Images; i++)
        {
            if (Softmax(weak.Rows[i]).Max() > Threshold)
            {
                used++;
                var target = Softmax([.. weak.Rows[i].Select(z => z / 0.4)]);
                var p = Softmax(strong.Rows[i]);
                sum += target.Zip(p).Sum(pair => pair.First * Math.Log(pair.First / pair.Second));
            }
        }

        var method = new UdaMethod(7, Any, 0.4, Threshold, Weight: 2, SignalAnnealing.Off);
        AssertLoss(2 * sum / Images, used, method.UnlabeledLoss([weak.Tensor, strong.Tensor], 0.5));
        AssertNoGradient(weak.Tensor, strong.Tensor, method);
    }

    /// <summary>Bounds of the paper's section 2.4, at half of the steps and with five classes.</summary>
    [Theory]
    [InlineData(SignalAnnealing.Linear, 0.6)]
    [InlineData(SignalAnnealing.Logarithmic, 0.93433)]
    [InlineData(SignalAnnealing.Exponential, 0.26567)]
    public void Annealing_leaves_out_labeled_images_that_are_learned(SignalAnnealing annealing, double bound)
    {
        using var scope = NewDisposeScope();
        var logits = Logits("labeled", scale: 8);
        var labels = Enumerable.Range(0, Images).Select(i => (long)(i % Classes)).ToArray();
        var losses = Enumerable.Range(0, Images)
            .Select(i => Softmax(logits.Rows[i])[labels[i]])
            .Where(p => p <= bound)
            .Select(p => -Math.Log(p))
            .ToArray();
        var method = new UdaMethod(7, Any, 0.4, 0.8, 1, annealing);

        Assert.InRange(losses.Length, 2, Images - 1);
        Assert.Equal(bound, method.Bound(0.5, Classes), 1e-5);
        Assert.Equal(losses.Average(), method.LabeledLoss(logits.Tensor, tensor(labels), 0.5).ReadDouble(), 1e-5);
        Assert.InRange(method.Bound(1, Classes), 0.994, 1);
    }

    [Fact]
    public void Annealing_of_images_that_are_all_learned_gives_a_loss_of_zero()
    {
        using var scope = NewDisposeScope();
        var certain = eye(Classes).Times(50);
        var method = new UdaMethod(7, Any, 0.4, 0.8, 1, SignalAnnealing.Exponential);

        Assert.Equal(0, method.LabeledLoss(certain, arange(Classes, ScalarType.Int64), 0).ReadDouble());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0.25)]
    [InlineData(0.7, 1)]
    public void Pseudo_labels_grow_in_weight(double progress, double ramp)
    {
        using var scope = NewDisposeScope();
        var logits = Logits("weak");
        var kept = logits.Rows.Select(row => Softmax(row).Max()).Where(p => p >= Threshold).ToArray();
        var method = new PseudoLabelMethod(7, Threshold, Weight: 2, Ramp: 0.4);

        AssertLoss(ramp * 2 * kept.Sum(p => -Math.Log(p)) / Images, kept.Length, method.UnlabeledLoss([logits.Tensor], progress));
    }

    [Fact]
    public void Vat_adds_divergence_and_entropy()
    {
        using var scope = NewDisposeScope();
        var (clean, changed) = (Logits("weak"), Logits("strong"));
        double divergence = 0, entropy = 0;
        for (var i = 0; i < Images; i++)
        {
            var (p, q) = (Softmax(clean.Rows[i]), Softmax(changed.Rows[i]));
            divergence += p.Zip(q).Sum(pair => pair.First * Math.Log(pair.First / pair.Second)) / Images;
            entropy -= p.Sum(value => value * Math.Log(value)) / Images;
        }

        var method = new VatMethod(4, Radius: 0.1, Weight: 3, EntropyWeight: 0.5, Ramp: 0.4);
        AssertLoss(0.5 * 3 * divergence + 0.5 * entropy, null, method.UnlabeledLoss([clean.Tensor, changed.Tensor], 0.2));
        // The divergence has no gradient through its target, but the entropy has one.
        AssertNoGradient(clean.Tensor, changed.Tensor, method with { EntropyWeight = 0 });
    }

    [Fact]
    public void S4L_adds_the_mean_cross_entropy_of_four_angles_in_the_last_outputs()
    {
        using var scope = NewDisposeScope();
        const int Names = Classes - 4;
        Assert.Equal(1, Names);
        var views = Enumerable.Range(0, 5).Select(view => Logits($"view {view}")).ToArray();
        var rotations = 0.0;
        for (var angle = 0; angle < 4; angle++)
        {
            rotations += views[angle].Rows.Average(row => -Math.Log(Softmax(row[Names..])[angle])) / 4;
        }

        var vat = new VatMethod(4, Radius: 0.1, Weight: 3, EntropyWeight: 0.5, Ramp: 0.4);
        // With a single class, no prediction changes and none is undecided.
        var loss = new S4LMethod(4, RotationWeight: 0.7, vat).UnlabeledLoss([.. views.Select(view => view.Tensor)], 0.2).Loss;
        Assert.Equal(0.7 * rotations, loss.ReadDouble(), 1e-5);
    }

    [Fact]
    public void S4L_has_the_losses_of_vat_for_the_upright_and_the_perturbed_view()
    {
        using var scope = NewDisposeScope();
        Tensor[] views = [.. Enumerable.Range(0, 5).Select(view => Pattern.Uniform($"view {view}", Images, Classes + 4).Times(2))];
        var vat = new VatMethod(4, Radius: 0.1, Weight: 3, EntropyWeight: 0.5, Ramp: 0.4);

        var loss = new S4LMethod(4, RotationWeight: 0, vat).UnlabeledLoss(views, 0.2).Loss;

        var expected = vat.UnlabeledLoss([views[0].narrow(1, 0, Classes), views[4].narrow(1, 0, Classes)], 0.2).Loss;
        Assert.Equal(expected.ReadDouble(), loss.ReadDouble(), 1e-6);
    }

    private static void AssertLoss(double expected, int? used, (Tensor Loss, Tensor? Used) actual)
    {
        Assert.NotEqual(0, used);
        Assert.Equal(expected, actual.Loss.ReadDouble(), 1e-5);
        Assert.Equal(used is null, actual.Used is null);
        Assert.Equal((used ?? 0) / (double)Images, actual.Used?.ReadDouble() ?? 0, 1e-6);
    }

    /// <summary>The view that gives the target learns nothing, and the other one does.</summary>
    private static void AssertNoGradient(Tensor target, Tensor learner, RivalMethod method)
    {
        var (fixedTarget, learning) = (target.clone().requires_grad_(), learner.clone().requires_grad_());
        method.UnlabeledLoss([fixedTarget, learning], 1).Loss.backward();

        Assert.True(fixedTarget.grad is null || fixedTarget.grad.abs().sum().ReadDouble() == 0);
        Assert.NotEqual(0, learning.grad!.abs().sum().ReadDouble());
    }

    private static (Tensor Tensor, double[][] Rows) Logits(string name, double scale = 2)
    {
        var logits = Pattern.Uniform(name, Images, Classes).Times(scale);
        return (logits, [.. logits.ReadAll<float>().Chunk(Classes).Select(row => row.Select(z => (double)z).ToArray())]);
    }

    private static double[] Softmax(double[] logits)
    {
        var exponentials = logits.Select(Math.Exp).ToArray();
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }
}
