using Distill.Imaging.Augmentation;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Rivals;
using Distill.Rivals.MetaPseudoLabels;
using Distill.Rivals.Training;
using Distill.Rivals.Uda;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class MetaPseudoLabelsTests
{
    private const int Features = 4;
    private const int Classes = 3;
    private const double Rate = 0.001;

    /// <summary>
    /// A step of gradient descent changes the loss of labeled images by the rate times the product of both gradients, which are written out
    /// here for a linear network.
    /// </summary>
    [Fact]
    public void A_students_gain_is_the_product_of_both_gradients()
    {
        using var scope = NewDisposeScope();
        var network = nn.Linear(Features, Classes, hasBias: false);
        Pattern.Fill(network);
        var (images, unlabeled) = (Pattern.Uniform("images", 5, Features), Pattern.Uniform("unlabeled", 7, Features));
        long[] labels = [0, 1, 2, 0, 1];
        long[] classes = [2, 2, 0, 1, 0, 0, 1];
        var (toward, measured) = (Gradient(network, unlabeled, classes), Gradient(network, images, labels));
        var weights = network.weight.ReadAll<float>();
        using var student = new TaughtStudent(network, average: null, Options(Rate, averaging: 0), StageFixture.Settings.Compute);

        var gain = student.Learn(0, images, tensor(labels), unlabeled, tensor(classes)).ReadDouble();

        // At this rate, the second term of the loss is a thousandth of the first one.
        var product = toward.Zip(measured).Sum(pair => pair.First * pair.Second);
        Assert.NotEqual(0, product, 1e-3);
        Assert.Equal(1, gain / (Rate * product), 0.02);
        Assert.Equal(
            weights.Zip(toward).Select(pair => pair.First - Rate * pair.Second).ToArray(),
            network.weight.ReadAll<float>().Select(value => (double)value).ToArray(),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);
    }

    /// <summary>Statistics of the unlabeled images must not count as progress, and those of measuring must not stay.</summary>
    [Fact]
    public void A_step_of_no_length_gains_nothing()
    {
        using var scope = NewDisposeScope();
        var network = nn.Sequential(nn.Linear(Features, Classes), nn.BatchNorm1d(Classes));
        Pattern.Fill(network);
        var (images, unlabeled) = (Pattern.Uniform("images", 5, Features), Pattern.Uniform("unlabeled", 7, Features) * 3);
        var batches = Batches();
        using var student = new TaughtStudent(network, average: null, Options(rate: 0, averaging: 0), StageFixture.Settings.Compute);

        var gain = student.Learn(0, images, tensor([0L, 1, 2, 0, 1]), unlabeled, tensor([2L, 2, 0, 1, 0, 0, 1])).ReadDouble();

        Assert.Equal(0, gain);
        Assert.Equal(batches + 1, Batches());

        long Batches() => network.state_dict()["1.num_batches_tracked"].ReadAll<long>().Single();
    }

    /// <summary>Memory runs out once, where the gain of a step is measured; the step is asked for again.</summary>
    [Fact]
    public void Step_that_runs_out_of_memory_is_not_taken_twice()
    {
        using var scope = NewDisposeScope();
        using var enough = Student(failing: 0);
        using var little = Student(failing: 3);
        var gain = Learn(enough);

        Assert.Throws<InsufficientMemoryException>(() => Learn(little));

        Assert.Equal(gain, Learn(little));
        Assert.All(enough.State, entry => Close.Exactly(entry.Value, little.State[entry.Key]));

        static double Learn(TaughtStudent student) => student.Learn(
            0,
            Pattern.Uniform("images", 5, Features),
            tensor([0L, 1, 2, 0, 1]),
            Pattern.Uniform("unlabeled", 7, Features),
            tensor([2L, 2, 0, 1, 0, 0, 1])).ReadDouble();

        static TaughtStudent Student(int failing)
        {
            var network = nn.Linear(Features, Classes, hasBias: false);
            Pattern.Fill(network);
            return new TaughtStudent(
                new FailingPass(network, failing), average: null, Options(Rate, averaging: 0), StageFixture.Settings.Compute);
        }
    }

    [Fact]
    public void Teacher_is_rewarded_by_the_gain_less_the_mean_of_past_gains()
    {
        using var scope = NewDisposeScope();
        using var images = new LabeledImages(new TinyDataset().Train(), [0, 1, 2, 3, 4, 5], CPU, threads: 1);
        var options = Options(0.1, averaging: 0.9);
        using var network = Network(images, "teacher");
        using var teacher = new SemiSupervisedTask(network, null, () => Network(images, "teacher"), images, options, 1, Key);
        using var student = Student();
        using var twin = Student();
        using var derived = new MetaPseudoLabelsTask(teacher, student, Feedback.Derived);
        using var otherStudent = Student();
        using var released = new MetaPseudoLabelsTask(teacher, otherStudent, Feedback.Released);
        var mean = 0.0;
        for (var step = 0; step < 3; step++)
        {
            using var inputs = derived.Inputs(step, BatchShare.Whole);
            using var same = released.Inputs(step, BatchShare.Whole);
            var rows = inputs.All();
            var outputs = network.call(rows).detach();
            var strong = teacher.Views(outputs)[1];
            var classes = strong.argmax(1);
            twin.BeginStep();
            var gain = twin.Learn(step, teacher.Labeled(rows), teacher.Labels(step), teacher.Views(rows)[1], classes).ReadDouble();
            var reward = (gain - mean) * nn.functional.cross_entropy(strong, classes).ReadDouble();
            var plain = teacher.Loss(step, outputs).ReadDouble();

            Assert.NotEqual(0, reward, 1e-4);
            Assert.Equal(plain + reward, derived.Loss(step, outputs).ReadDouble(), 1e-5);
            // Asked again, as by a step that needs less memory, the student does not learn again.
            Assert.Equal(plain + reward, derived.Loss(step, outputs).ReadDouble(), 1e-5);
            Assert.Equal(plain - reward, released.Loss(step, outputs).ReadDouble(), 1e-5);
            mean = 0.99 * mean + 0.01 * gain;
        }

        TaughtStudent Student() => new(Network(images, "student"), Network(images, "student"), options, StageFixture.Settings.Compute);
    }

    /// <summary>The checkpoint before a step may be restored after the step was taken.</summary>
    [Fact]
    public void A_step_that_is_taken_again_teaches_the_student_again()
    {
        using var scope = NewDisposeScope();
        using var images = new LabeledImages(new TinyDataset().Train(), [0, 1, 2, 3, 4, 5], CPU, threads: 1);
        var options = Options(0.1, averaging: 0.9);
        using var network = Network(images, "teacher");
        using var teacher = new SemiSupervisedTask(network, null, () => Network(images, "teacher"), images, options, 1, Key);
        using var student = new TaughtStudent(
            Network(images, "student"), Network(images, "student"), options, StageFixture.Settings.Compute);
        using var task = new MetaPseudoLabelsTask(teacher, student, Feedback.Derived);
        var start = Copy();
        Take();
        var after = Copy();
        Assert.False(start["student.fc.weight"].Equals(after["student.fc.weight"]));

        using (no_grad())
        {
            foreach (var (name, value) in task.ExtraState)
            {
                value.copy_(start[name]);
            }
        }

        Take();
        Assert.All(task.ExtraState, entry => Close.Exactly(after[entry.Key], entry.Value));

        Dictionary<string, Tensor> Copy() => task.ExtraState.ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        void Take()
        {
            using var inputs = task.Inputs(2);
            task.Loss(2, network.call(inputs.All()).detach()).Dispose();
        }
    }

    private static RandomKey Key => RandomKey.FromSeed(3).Fold("meta");

    private static ResNet Network(LabeledImages images, string name) => ResNet.Create(
        TinyDataset.Network, images.Shape.Channels, images.ClassCount, StageFixture.Settings.Compute, Key.Fold(name));

    private static RivalOptions Options(double rate, double averaging)
    {
        var augmentations = new AugmentationOptions(new CropOptions((0.5, 1), (1, 1), 0.5), []);
        var uda = new UdaMethod(2, augmentations, 0.4, 0.34, 1, SignalAnnealing.Off);
        var optimizer = new OptimizerOptions(OptimizerKind.Sgd, rate, WeightDecay: 0, Momentum: 0, WarmupFraction: 0);
        return new RivalOptions(
            "meta-pseudo-labels", new MetaPseudoLabelsMethod(uda, 0, Feedback.Derived), TinyDataset.Network, augmentations, averaging,
            new TrainingOptions(1000, 4, optimizer));
    }

    /// <summary>The gradient of the mean cross entropy of a linear network, (p − y)·xᵀ, in double precision.</summary>
    private static double[] Gradient(TorchSharp.Modules.Linear network, Tensor rows, long[] labels)
    {
        var weights = network.weight.ReadAll<float>();
        var gradient = new double[Classes * Features];
        foreach (var (row, label) in rows.ReadAll<float>().Chunk(Features).Zip(labels))
        {
            var exponentials = Enumerable.Range(0, Classes)
                .Select(k => Math.Exp(Enumerable.Range(0, Features).Sum(f => (double)weights[k * Features + f] * row[f])))
                .ToArray();
            for (var k = 0; k < Classes; k++)
            {
                var error = exponentials[k] / exponentials.Sum() - (k == label ? 1 : 0);
                for (var f = 0; f < Features; f++)
                {
                    gradient[k * Features + f] += error * row[f] / labels.Length;
                }
            }
        }

        return gradient;
    }

    /// <summary>A network that runs out of memory in one pass, counted from 1.</summary>
    private sealed class FailingPass : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _inner;
        private readonly int _failing;
        private int _passes;

        public FailingPass(nn.Module<Tensor, Tensor> inner, int failing)
            : base(nameof(FailingPass))
        {
            (_inner, _failing) = (inner, failing);
            register_module("inner", inner);
        }

        public override Tensor forward(Tensor images) =>
            ++_passes == _failing ? throw new InsufficientMemoryException() : _inner.forward(images);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
