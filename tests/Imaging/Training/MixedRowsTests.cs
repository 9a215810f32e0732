using Distill.Imaging.Training;

namespace Tests.Imaging.Training;

public sealed class MixedRowsTests
{
    [Fact]
    public void Labeled_images_come_last_in_a_single_group() =>
        Assert.Equal("a b c d e x y".Split(), new MixedRows(5, 2, parts: 1).Merge("a b c d e".Split(), "x y".Split()));

    [Theory]
    [InlineData(256, 64, 4)]
    [InlineData(100, 7, 3)]
    [InlineData(8, 64, 8)]
    public void Labeled_images_are_spread_evenly_over_groups(int soft, int labeled, int groups)
    {
        var rows = new MixedRows(soft, labeled, groups);
        var all = rows.Merge(Enumerable.Range(0, soft), Enumerable.Range(1000, labeled));
        Assert.Equal(soft + labeled, all.Distinct().Count());

        var (views, images) = (new List<int>(), new List<int>());
        for (var group = 0; group < groups; group++)
        {
            var (first, end) = ((long)all.Length * group / groups, (long)all.Length * (group + 1) / groups);
            var (softRange, softPlaces) = rows.Soft(first, end - first);
            var (labeledRange, labeledPlaces) = rows.Labeled(first, end - first);
            Assert.InRange(labeledPlaces.Length, Math.Floor((double)labeled / groups) - 1, Math.Ceiling((double)labeled / groups) + 1);
            Assert.Equal(Enumerable.Range(0, soft).ToArray()[softRange], softPlaces.Select(place => all[first + place]));
            Assert.Equal(Enumerable.Range(1000, labeled).ToArray()[labeledRange], labeledPlaces.Select(place => all[first + place]));
            views.AddRange(Enumerable.Range(0, soft).ToArray()[softRange]);
            images.AddRange(Enumerable.Range(0, labeled).ToArray()[labeledRange]);
        }

        Assert.Equal(Enumerable.Range(0, soft), views);
        Assert.Equal(Enumerable.Range(0, labeled), images);
    }
}
