using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Distill.Serve;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Arithmetic;

public class ScalarRuleTests
{
    [Fact]
    public void No_scalar_is_used_outside_Arithmetic()
    {
        // The bytecode of the server names its types.
        AspNetCore.Require();
        var product = Directory.GetFiles(AppContext.BaseDirectory, "Distill.*.dll")
            .Append(Path.Combine(AppContext.BaseDirectory, "distill.dll"))
            .Append(Path.Combine(AppContext.BaseDirectory, "benchmarks.dll"))
            .Select(Assembly.LoadFrom);
        var broken = ScalarRule.Broken(product.SelectMany(Bytecode.MethodsOf)).ToArray();
        Assert.True(broken.Length == 0, "Use Distill.Learning.Arithmetic here:\n" + string.Join('\n', broken));
    }

    [Theory]
    [InlineData(nameof(Offenses.Number), "op_Implicit")]
    [InlineData(nameof(Offenses.Comparison), "op_GreaterThan")]
    [InlineData(nameof(Offenses.Sum), "Tensor.add(Tensor)")]
    [InlineData(nameof(Offenses.Square), "Tensor.square()")]
    [InlineData(nameof(Offenses.Reading), "ToDouble")]
    [InlineData(nameof(Offenses.Norm), "BatchNorm1d")]
    [InlineData(nameof(Offenses.Delegate), "Tensor.add_(Tensor)")]
    public void Rule_finds_the_offense(string offence, string call)
    {
        var method = typeof(Offenses).GetMethod(offence)!;
        Assert.Contains(ScalarRule.Broken([method]), broken => broken.Contains(offence) && broken.Contains(call));
    }

    [SuppressMessage("Performance", "CA1859", Justification = "What is returned does not matter.")]
    private static class Offenses
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
