using Distill.Learning.Arithmetic;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Learning.Arithmetic;

[Collection(TorchTests.Name)]
public sealed class TensorListsTests
{
    [Fact]
    public void Norms_have_the_bits_of_separate_norms()
    {
        using var scope = NewDisposeScope();
        var tensors = Some("x");
        Close.Exactly(stack(tensors.Select(x => x.norm())), TensorLists.Norms(tensors));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.99999)]
    public void Moving_averages_have_the_bits_of_separate_updates(double momentum)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var average = new MovingAverage();
        var (averages, values) = (Some("averages"), Some("values"));
        var expected = averages.Zip(values, (old, value) => old.clone().Times_(momentum).Plus_(value, alpha: 1 - momentum)).ToArray();
        average.Move(averages, values, momentum);
        Assert.All(expected.Zip(averages), pair => Close.Exactly(pair.First, pair.Second));
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var average = new MovingAverage();
        var (averages, values) = (Some("averages"), Some("values"));
        average.Move(averages, values, 0.9);
        TensorLists.Norms(values).Dispose();
        var before = Tensor.TotalCount;
        average.Move(averages, values, 0.9);
        TensorLists.Norms(values).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static Tensor[] Some(string name) =>
        [.. Enumerable.Range(0, 30).Select(i => Pattern.Uniform($"{name}{i}", 1 + 97 * i).clone())];
}
