using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Native;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Imaging.SoftTargets;

/// <summary>Tests the file of rows from which a student reads. SoftTargetLogitsTests compares its logits with the teacher's.</summary>
[Collection(TorchTests.Name)]
public sealed class SoftTargetRowFileTests : IDisposable
{
    private const int Images = 12;
    private const int Views = 4;
    private const int Classes = 50;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Rows_of_wanted_images_keep_their_order_crops_and_logits(int topK)
    {
        using var scope = NewDisposeScope();
        using var all = Write(topK, Rows(Images, Views));
        using var odd = Write(topK, Rows(Images, Views), image => image % 2 == 1);
        int[] rows = [.. Enumerable.Range(0, all.Count).Where(row => all.ViewAt(row).Image % 2 == 1)];

        Assert.Equal(Images * Views / 2, odd.Count);
        Assert.Equal(rows.Select(all.ViewAt), Enumerable.Range(0, odd.Count).Select(odd.ViewAt));
        Assert.Equal([(0, CropOf(0)), (0, CropOf(1))], Enumerable.Range(0, 2).Select(all.ViewAt));
        Close.Exactly(all.Take(rows), odd.Range(0, odd.Count));
    }

    [Fact]
    public void Views_per_image_are_counted()
    {
        using var four = Write(0, Rows(Images, Views));
        using var one = Write(0, Rows(Images, 1));
        using var single = Write(0, Rows(1, 3));
        using var unequal = Write(0, [.. Rows(Images, Views).Skip(1)]);
        using var longer = Write(0, [.. Rows(2, 2), .. Rows(3, 3).Where(row => row.Image == 2)]);
        using var again = Write(0, [.. Rows(3, 2), .. Rows(1, 2)]);

        Assert.Equal([Views, 1, 3, null, null, null], new[] { four, one, single, unequal, longer, again }.Select(f => f.ViewsPerImage));
    }

    [Fact]
    public void Nothing_remains_on_the_disk_even_after_an_error()
    {
        using (Write(0, Rows(Images, Views)))
        {
            Assert.Empty(Directory.GetFiles(_folder.Path, "*.rows"));
        }

        var thrown = Assert.Throws<InvalidDataException>(
            () => SoftTargetRowFile.Create(_folder.Path, SoftTargetTable.Groups(_folder.Path, Classes, Images), _ => true, CPU));
        Assert.Contains("found no soft targets", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Memory_does_not_grow_with_the_number_of_views()
    {
        const int images = 200_000;
        var group = Table(Rows(1000, 1));
        var bytes = 0L;
        ProcessMemory.WithExactAllocations(() => bytes = ProcessMemory.PeakOf(() =>
        {
            using var file = SoftTargetRowFile.Create(_folder.Path, Enumerable.Repeat(group, images / 1000), _ => true, CPU);
            Assert.Equal(images, file.Count);
        }));

        // In memory, they would take 40 MB.
        Assert.InRange(bytes, 0, 20_000_000);
    }

    private static Crop CropOf(int number) => new(number / 100f, 0.25f, 0.5f, 1 / (1f + number), number % 3 == 0);

    private static SoftTargetRow[] Rows(int images, int views)
    {
        using var scope = NewDisposeScope();
        var count = images * views;
        return
        [
            .. SoftTargetRows.FromLogits(
                [.. Enumerable.Range(0, count).Select(i => (i / views, i % views))],
                [.. Enumerable.Range(0, count).Select(CropOf)],
                Pattern.Uniform("rows", count, Classes),
                topK: 0),
        ];
    }

    private static SoftTargetTable Table(SoftTargetRow[] rows)
    {
        using var folder = new TempFolder();
        SoftTargetWriter.Write(folder["a.parquet"], [rows], new Dictionary<string, string>());
        return SoftTargetTable.Read(folder.Path, Classes, 1000);
    }

    private SoftTargetRowFile Write(int topK, SoftTargetRow[] rows, Func<int, bool>? isWanted = null)
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        SoftTargetRow[] stored = topK == 0
            ? rows
            :
            [
                .. SoftTargetRows.FromLogits(
                    [.. rows.Select(row => (row.Image, row.View))],
                    [.. rows.Select(row => row.Crop)],
                    tensor([.. rows.SelectMany(row => row.Logits)], [rows.Length, Classes]),
                    topK),
            ];
        SoftTargetWriter.Write(folder["a.parquet"], stored.Chunk(10), new Dictionary<string, string>(), topK);
        return SoftTargetRowFile.Create(
            _folder.Path, SoftTargetTable.Groups(folder.Path, Classes, Images), isWanted ?? (_ => true), CPU);
    }
}
