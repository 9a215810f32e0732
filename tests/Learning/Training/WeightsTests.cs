using Distill.Learning.Training;
using Tests.Golden;
using Tests.Pipeline;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tests.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class WeightsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Loading_copies_in_place()
    {
        using var scope = NewDisposeScope();
        using var source = nn.Linear(3, 2);
        using var target = nn.Linear(3, 2);
        var view = target.weight!.detach();
        Weights.Load(target, Save(source));
        Close.Exactly(source.weight!.detach(), view);
        Close.Exactly(source.bias!.detach(), target.bias!.detach());
    }

    [Fact]
    public void Unexpected_tensor_is_named() => Refused(
        nn.Linear(3, 2), nn.Linear(3, 2, hasBias: false), "contains unexpected tensor 'bias', which this network does not have");

    [Fact]
    public void Missing_tensor_is_named() =>
        Refused(nn.Linear(3, 2, hasBias: false), nn.Linear(3, 2), "lacks tensor 'bias', which this network needs");

    [Fact]
    public void Tensor_of_another_shape_is_named() =>
        Refused(nn.Linear(4, 2), nn.Linear(3, 2), "found weight of shape [2, 4], this network needs [2, 3]");

    [Fact]
    public void Parameter_count_leaves_out_buffers_and_frozen_parameters()
    {
        using var network = nn.Sequential(("linear", nn.Linear(3, 2)), ("norm", nn.BatchNorm1d(2)));
        Assert.Equal(3 * 2 + 2 + 2 + 2, network.ParameterCount());
        network.get_parameter("norm.bias")!.requires_grad = false;
        Assert.Equal(3 * 2 + 2 + 2, network.ParameterCount());
    }

    private void Refused(Linear source, Linear target, string problem)
    {
        using var scope = NewDisposeScope();
        var path = Save(source);
        Assert.Equal($"{path}: {problem}", Assert.Throws<InvalidDataException>(() => Weights.Load(target, path)).Message);
    }

    private string Save(nn.Module network)
    {
        using var file = File.Create(_folder["weights"]);
        Weights.Save(network, file);
        return _folder["weights"];
    }
}
