using Distill.Datasets.Images;

namespace Tests.Datasets;

public sealed class SampleTests
{
    [Fact]
    public void The_sample_is_balanced()
    {
        var (train, test) = (SampleData.Train, SampleData.Open().Test());

        Assert.Equal((3000, 1000), (train.Count, test.Count));
        Assert.Equal(new ImageShape(1, 28, 28), train.Shape);
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(300, train.Labels.Count(found => found == label)));
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(100, test.Labels.Count(found => found == label)));
    }

    [Fact]
    public void The_first_images_of_the_full_set_come_first()
    {
        // Fashion-MNIST begins with an ankle boot, two T-shirts and a dress.
        Assert.Equal([9, 0, 0, 3, 0, 2, 7, 2, 5, 5], SampleData.Train.Labels.Take(10));
        Assert.Equal("Ankle boot", SampleData.Train.ClassNames[9]);
    }

    [Fact]
    public void The_content_has_the_committed_hash()
    {
        Assert.Equal("a0919e48290d44f59aabb460308de7c9097e67b18aa3498cb5fdeb1dd9a9d118", SampleData.Open().TrainFingerprint());
        Assert.Equal("40fd6a6c5f21790247fddc8480ff3516372a587a610e1ffa250fb0a4ab794fa5", SampleData.Open().TestFingerprint());
    }

    [Fact]
    public void No_file_is_larger_than_two_mebibytes() =>
        Assert.All(Directory.GetFiles(SampleData.Folder), path => Assert.True(new FileInfo(path).Length < 2 << 20, path));
}
