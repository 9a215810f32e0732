using System.Text.Json.Nodes;
using Distill.FineTune;

namespace Tests.FineTune;

public sealed class TeacherAccuracyTests
{
    [Theory]
    [InlineData(2, 6, 3)]
    [InlineData(3, 6, 3)]
    [InlineData(4, 6, 3)]
    [InlineData(4, 24, 12)]
    [InlineData(167, 1000, 12)]
    [InlineData(1, 2, 2)]
    [InlineData(590, 1000, 2)]
    [InlineData(2, 2000, 1000)]
    [InlineData(0, 10, 10)]
    public void Accuracy_near_chance_gets_a_warning(int right, int images, int classes) =>
        Assert.NotNull(new TeacherAccuracy(right, images).Warning(classes));

    [Theory]
    [InlineData(6, 6, 3)]
    [InlineData(5, 6, 3)]
    [InlineData(4, 4, 2)]
    [InlineData(700, 1000, 2)]
    [InlineData(40, 100, 10)]
    [InlineData(400, 2000, 1000)]
    [InlineData(1, 1, 10)]
    [InlineData(0, 5, 1)]
    public void Better_accuracy_gets_none(int right, int images, int classes) =>
        Assert.Null(new TeacherAccuracy(right, images).Warning(classes));

    [Fact]
    public void Warning_has_the_accuracy_the_chance_and_the_likely_causes() => Assert.Equal(
        "the given teacher is right on 4 of 24 labeled training images (16.7 %), which is near guessing (8.3 %). Likely causes: its "
            + "classes have another order than those of the dataset; mean and deviation of $.pretrain.network are missing or wrong; "
            + "it expects the channels in the order BGR",
        new TeacherAccuracy(4, 24).Warning(12));

    [Fact]
    public void Accuracy_is_in_percent()
    {
        var metrics = new JsonObject();
        new TeacherAccuracy(1, 3).AddTo(metrics);
        Assert.Equal("""{"labeledImages":3,"labeledTop1":33.33}""", metrics.ToJsonString());
    }
}
