using Distill.Learning.Native;
using Distill.Learning.Networks;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>Under autocast, some operations give fp32. The maps between blocks must stay bf16.</summary>
[Collection(TorchTests.Name)]
public sealed class ReducedPrecisionTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Mixture_of_bf16_branches_is_bf16_for_any_softmax_type(ScalarType logits)
    {
        using var scope = NewDisposeScope();
        Tensor[] branches = [Bf16("first", 2, 3, 4, 4), Bf16("second", 2, 3, 4, 4)];
        var mixed = SelectiveKernel.Mixed(branches, Pattern.Uniform("logits", 2, 6, 1, 1).to_type(logits));
        Assert.Equal(ScalarType.BFloat16, mixed.dtype);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Pooled_shortcut_stays_bf16_under_autocast_and_is_rounded_once(int stride)
    {
        using var scope = NewDisposeScope();
        var x = Bf16("x", 2, 3, 5, 7);
        using var pool = new ShortcutPool(stride);
        var exact = pool.forward(x.to_type(ScalarType.Float32));
        using var precision = Autocast.Begin(DeviceType.CPU, enabled: true);
        var pooled = pool.forward(x);
        Assert.Equal(ScalarType.BFloat16, pooled.dtype);
        Close.Exactly(exact.to_type(ScalarType.BFloat16), pooled);
    }

    private static Tensor Bf16(string name, params long[] shape) => Pattern.Uniform(name, shape).to_type(ScalarType.BFloat16);
}
