using Distill.Imaging.Augmentation;
using Distill.Label;
using Distill.Pipeline.Options;

namespace Tests.Label;

public sealed class LabelOptionsTests
{
    private static readonly CropOptions Crops = new((0.5, 1), (0.75, 4.0 / 3), 0.5);

    // .NET's arrays hold up to 2³¹ − 57 elements.
    [Theory]
    [InlineData(1_281_167, 1_000, 1, 0, true)]
    [InlineData(1_281_167, 1_000, 2, 0, false)]
    [InlineData(1_281_167, 1_000, 64, 20, true)]
    [InlineData(1 << 21, 1 << 10, 1, 0, false)]
    [InlineData(1 << 21, (1 << 10) - 1, 1, 0, true)]
    public void More_logits_than_an_array_can_hold_are_rejected_before_labeling(
        int images, int classes, int views, int topK, bool fits)
    {
        var options = new LabelOptions(views, Crops, topK);
        if (fits)
        {
            Assert.Equal(options, options.For(classes, images));
        }
        else
        {
            var rejected = Assert.Throws<UserException>(() => options.For(classes, images));
            Assert.StartsWith("label.topK is 0: ", rejected.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TopK_of_the_number_of_classes_stores_all_logits() =>
        Assert.Equal(0, new LabelOptions(1, Crops, TopK: 10).For(classes: 10, images: 100).TopK);
}
