using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Arithmetic;

public class ScalarRuleTests
{
    [Fact]
    public void No_number_is_freed_while_libtorch_reads_it()
    {
        var product = Directory.GetFiles(AppContext.BaseDirectory, "Distill.*.dll")
            .Append(Path.Combine(AppContext.BaseDirectory, "distill.dll"))
            .Append(Path.Combine(AppContext.BaseDirectory, "benchmarks.dll"))
            .Select(Assembly.LoadFrom);
        var broken = ScalarRule.Broken(product.SelectMany(Bytecode.MethodsOf)).ToArray();
        Assert.True(broken.Length == 0, "Use Distill.Learning.Arithmetic here:\n" + string.Join('\n', broken));
    }

    [Theory]
    [InlineData(nameof(Offences.Number), "op_Implicit")]
    [InlineData(nameof(Offences.Comparison), "op_GreaterThan")]
    [InlineData(nameof(Offences.Sum), "Tensor.add(Tensor)")]
    [InlineData(nameof(Offences.Square), "Tensor.square()")]
    [InlineData(nameof(Offences.Reading), "ToDouble")]
    [InlineData(nameof(Offences.Norm), "BatchNorm1d")]
    [InlineData(nameof(Offences.Delegate), "Tensor.add_(Tensor)")]
    public void The_rule_sees(string offence, string call)
    {
        var method = typeof(Offences).GetMethod(offence)!;
        Assert.Contains(ScalarRule.Broken([method]), broken => broken.Contains(offence) && broken.Contains(call));
    }

    [SuppressMessage("Performance", "CA1859", Justification = "What is returned does not matter.")]
    private static class Offences
    {
        public static Tensor Number(Tensor x) => x.mul(0.5);

        public static Tensor Comparison(Tensor x) => x > 0;

        public static Tensor Sum(Tensor x) => x.add(x);

        public static Tensor Square(Tensor x) => x.square();

        public static double Reading(Tensor x) => x.ToDouble();

        public static nn.Module Norm() => nn.BatchNorm1d(2);

        public static Func<Tensor, Tensor> Delegate(Tensor x) => x.add_;
    }
}
