using System.Text.RegularExpressions;
using Tests.English;
using static TorchSharp.torch;

namespace Tests.Learning.Arithmetic;

/// <summary>
/// C# converts a constant 0 to any enumeration, so <c>x.sum(0)</c> sums all values as bytes, and not the first dimension. Such a call
/// names its argument.
/// </summary>
[Collection(TorchTests.Name)]
public class EnumRuleTests
{
    /// <summary>Names of methods of tensors whose first argument can be an enumeration or a dimension.</summary>
    private static readonly string[] Methods = [.. MethodsWithFirst(type => (Nullable.GetUnderlyingType(type) ?? type).IsEnum)
        .Intersect(MethodsWithFirst(type => type == typeof(long)))];

    private static readonly Regex Offense = new($@"\.({string.Join('|', Methods)})\(0[,)]");

    [Fact]
    public void No_zero_becomes_an_enumeration()
    {
        var broken = Prose.Sources()
            .SelectMany(path => File.ReadLines(path).Where(line => !line.Contains("///", StringComparison.Ordinal) && Offense.IsMatch(line))
                .Select(line => $"{Prose.Relative(path)}: {line.Trim()}"))
            .ToArray();
        Assert.True(broken.Length == 0, "Name the argument, such as (dim: 0):\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Rule_finds_the_offense()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(nameof(Tensor.sum), Methods);
        Assert.Matches(Offense, $"x.sum({0})");
        Assert.DoesNotMatch(Offense, "x.sum(dim: 0)");
        Assert.Equal(ScalarType.Byte, ones(2, 300).sum(type: 0).dtype);
    }

    private static IEnumerable<string> MethodsWithFirst(Func<Type, bool> matches) => typeof(Tensor).GetMethods()
        .Where(method => method.GetParameters() is [var first, ..] && matches(first.ParameterType))
        .Select(method => method.Name);
}
