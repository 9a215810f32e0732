using Distill.Learning.Losses;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Losses;

[Collection(TorchTests.Name)]
public sealed class SoftTargetLossTests
{
    private const int Classes = 5;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.1, 1)]
    [InlineData(0.5, 2)]
    public void Loss_is_the_cross_entropy_of_two_softmaxes(double teacherTemperature, double studentTemperature)
    {
        using var scope = NewDisposeScope();
        var (student, teacher) = Logits();
        var p = Softmaxes(teacher, teacherTemperature);
        var q = Softmaxes(student, studentTemperature);
        var expected = -p.Zip(q, (a, b) => a * Math.Log(b)).Sum() / 6;
        Assert.Equal(expected, SoftTargetLoss.CrossEntropy(student, teacher, teacherTemperature, studentTemperature).ToDouble(), 1e-5);
    }

    [Fact]
    public void Loss_of_equal_logits_is_the_entropy()
    {
        using var scope = NewDisposeScope();
        var (_, teacher) = Logits();
        var entropy = -Softmaxes(teacher, 1).Sum(p => p * Math.Log(p)) / 6;
        Assert.Equal(entropy, SoftTargetLoss.CrossEntropy(teacher, teacher, 1, 1).ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(1, 1, "soft/1.0/1.0")]
    [InlineData(0.5, 2, "soft/0.5/2.0")]
    [InlineData(0.1, 1, "soft/0.1/1.0")]
    public void Value_and_gradient_equal_PyTorchs(double teacherTemperature, double studentTemperature, string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("losses");
        var (student, teacher) = Logits();
        student.requires_grad_();
        teacher.requires_grad_();
        var loss = SoftTargetLoss.CrossEntropy(student, teacher, teacherTemperature, studentTemperature);
        loss.backward();
        Assert.Equal(golden[name].ToDouble(), loss.ToDouble(), 1e-5);
        Close.To(golden[name + "/gradient"], student.grad!, 1e-6);
        Assert.True(teacher.grad is null, "a gradient flowed into the teacher");
    }

    [Theory]
    [InlineData(0, "mixed/0.0")]
    [InlineData(0.25, "mixed/0.25")]
    [InlineData(1, "mixed/1.0")]
    public void Loss_with_labels_is_equation_4_and_equals_PyTorchs(double alpha, string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("losses");
        var student = Pattern.Uniform("student", 10, Classes).mul(3).requires_grad_();
        var (_, teacher) = Logits();
        var distillation = SoftTargetLoss.CrossEntropy(student.narrow(0, 0, 6), teacher, 0.5, 2);
        var labeled = nn.functional.cross_entropy(student.narrow(0, 6, 4), tensor(new long[] { 4, 0, 2, 2 }));
        var loss = SoftTargetLoss.Mix(distillation, labeled, alpha);
        loss.backward();
        Assert.Equal(golden[name].ToDouble(), loss.ToDouble(), 1e-5);
        Close.To(golden[name + "/gradient"], student.grad!, 1e-6);
    }

    private static (Tensor Student, Tensor Teacher) Logits() =>
        (Pattern.Uniform("student", 6, Classes).mul(3), Pattern.Uniform("teacher", 6, Classes).mul(3));

    private static double[] Softmaxes(Tensor logits_NK, double temperature) =>
    [
        .. logits_NK.data<float>().ToArray().Chunk(Classes).SelectMany(row =>
        {
            var powers = row.Select(logit => Math.Exp(logit / temperature)).ToArray();
            return powers.Select(power => power / powers.Sum());
        }),
    ];
}
