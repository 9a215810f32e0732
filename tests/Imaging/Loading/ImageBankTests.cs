using Distill.Datasets.Images;
using Distill.Imaging.Loading;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

[Collection(TorchTests.Name)]
public sealed class ImageBankTests
{
    [Theory]
    [InlineData(0, 16, DeviceType.CPU, 16)]
    [InlineData(0, 16, DeviceType.CUDA, 15)]
    [InlineData(0, 2, DeviceType.CUDA, 2)]
    [InlineData(0, 1, DeviceType.CUDA, 1)]
    [InlineData(5, 16, DeviceType.CUDA, 5)]
    public void GPU_reserves_a_processor_if_there_are_more_than_two(int configured, int processors, DeviceType device, int expected) =>
        Assert.Equal(expected, ImageBank.LoaderThreads(configured, processors, device));

    [Fact]
    public void Images_come_in_the_requested_order_with_their_labels()
    {
        using var scope = NewDisposeScope();
        var images = new ImageSet("x", new ImageShape(1, 1, 2), [0, 51, 102, 153, 204, 255], [2, ImageSet.Unlabeled, 0], ["a", "b", "c"]);
        using var bank = ImageBank.Open(images, CPU);
        Close.To(tensor(new[] { 0.8f, 1, 0, 0.2f, 0.8f, 1 }, [3, 1, 1, 2]), bank.Take([2, 0, 2]), 1e-7);
        Assert.Equal([0L, 2, -1], bank.Labels([2, 0, 1]).data<long>().ToArray());
    }
}
