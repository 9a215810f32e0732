using Distill.Learning.Native;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Native;

[Collection(TorchTests.Name)]
public sealed class AutocastTests
{
    [Fact]
    public void Convolutions_give_bf16_inside_and_fp32_afterwards()
    {
        using var scope = NewDisposeScope();
        using var conv = nn.Conv2d(2, 4, kernel_size: 3);
        var x = Pattern.Uniform("x", 2, 2, 8, 8);
        var exact = conv.forward(x);
        using (Autocast.Begin(DeviceType.CPU, enabled: true))
        {
            var y = conv.forward(x);
            Assert.Equal(ScalarType.BFloat16, y.dtype);
            Close.To(exact.detach(), y, 0.02);
            Assert.Equal(ScalarType.Float32, conv.weight!.dtype);
            y.to_type(ScalarType.Float32).sum().backward();
        }

        Assert.Equal(ScalarType.Float32, conv.weight!.grad!.dtype);
        Assert.Equal(ScalarType.Float32, conv.forward(x).dtype);
    }

    [Fact]
    public void Changed_weights_are_used_in_the_next_pass()
    {
        using var scope = NewDisposeScope();
        using var conv = nn.Conv2d(1, 1, kernel_size: 1, bias: false);
        var ones = torch.ones(1, 1, 2, 2);
        foreach (var weight in new[] { 1f, 3f })
        {
            using (no_grad())
            {
                conv.weight!.fill_(weight);
            }

            using var precision = Autocast.Begin(DeviceType.CPU, enabled: true);
            Assert.Equal(weight, conv.forward(ones).mean().ToSingle());
        }
    }

    [Fact]
    public void Disabled_autocast_does_nothing()
    {
        using var scope = NewDisposeScope();
        using var precision = Autocast.Begin(DeviceType.CPU, enabled: false);
        using var conv = nn.Conv2d(1, 1, kernel_size: 1);
        Assert.Equal(ScalarType.Float32, conv.forward(torch.ones(1, 1, 2, 2)).dtype);
    }
}
