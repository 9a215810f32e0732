using Distill.Imaging.Augmentation;
using Distill.Label;
using Distill.Pipeline.Options;

namespace Tests.Label;

public sealed class LabelOptionsTests
{
    private static readonly CropOptions Crops = new((0.5, 1), (0.75, 4.0 / 3), 0.5);

    // A permutation of all views is an array.
    [Theory]
    [InlineData(1_281_167, 1000, true)]
    [InlineData(2_097_152, 1024, false)]
    [InlineData(2_097_151, 1024, true)]
    public void More_views_than_an_array_can_number_are_refused_before_labeling(int images, int views, bool fits)
    {
        var options = new LabelOptions(views, Crops, TopK: 0);
        if (fits)
        {
            Assert.Equal(options, options.For(1000, images));
        }
        else
        {
            var refused = Assert.Throws<UserException>(() => options.For(1000, images));
            Assert.StartsWith("label.viewsPerImage: found 1024, but 2,097,152 images", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TopK_of_the_number_of_classes_stores_all_logits() =>
        Assert.Equal(0, new LabelOptions(1, Crops, TopK: 10).For(classes: 10, images: 100).TopK);
}
