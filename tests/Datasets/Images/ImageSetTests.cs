using Distill.Datasets.Images;
using TorchSharp;

namespace Tests.Datasets.Images;

public sealed class ImageSetTests
{
    private static readonly ImageShape Shape = new(1, 1, 2);

    [Fact]
    public void Lengths_must_agree()
    {
        Assert.Throws<ArgumentException>(() => new ImageSet("x", Shape, new byte[3], [0, 0], ["a"]));
        Assert.Throws<ArgumentException>(() => new ImageSet("x", Shape, new byte[4], [0, 0], ["a"], ["only one"]));
    }

    [Fact]
    public void Labels_must_have_a_class()
    {
        Assert.Throws<ArgumentException>(() => new ImageSet("x", Shape, new byte[4], [0, 1], ["a"]));
        Assert.Equal(2, new ImageSet("x", Shape, new byte[4], [0, ImageSet.Unlabeled], ["a"]).Count);
    }

    [Fact]
    public void The_default_name_of_an_image_is_its_number()
    {
        Assert.Equal("1", new ImageSet("x", Shape, new byte[4], [0, 0], ["a"]).ImageName(1));
        Assert.Equal("q.png", new ImageSet("x", Shape, new byte[4], [0, 0], ["a"], ["p.png", "q.png"]).ImageName(1));
    }

    [Fact]
    public void The_tensor_is_a_copy_in_the_same_order()
    {
        var images = new ImageSet("x", new ImageShape(1, 2, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255], [0, 0], ["a"]);
        var pixels = Assert.IsType<InMemoryPixels>(images.Pixels);
        using var tensor = pixels.ToTensor();

        Assert.Equal([2, 1, 2, 3], tensor.shape);
        Assert.Equal(torch.ScalarType.Byte, tensor.dtype);
        Assert.Equal(pixels.Bytes.ToArray(), tensor.data<byte>().ToArray());

        tensor.zero_();
        Assert.Equal(255, pixels.Bytes.Span[^1]);
    }
}
