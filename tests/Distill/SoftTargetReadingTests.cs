using Distill.Datasets.Images;
using Distill.Distill;
using Distill.Imaging.SoftTargets;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Distill;

[Collection(TorchTests.Name)]
public sealed class SoftTargetReadingTests : IDisposable
{
    private const int Images = 10;
    private const int Classes = 3;

    private readonly CancellationTokenSource _cancellation = new();
    private readonly ManualClock _clock = new();
    private readonly List<string> _lines = [];
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _cancellation.Dispose();
    }

    [Fact]
    public void Files_that_take_long_report_their_images_and_the_time_left()
    {
        using var groups = Groups().GetEnumerator();
        for (var i = 0; i < 3; i++)
        {
            groups.MoveNext();
            _clock.Pass(seconds: 5.5);
        }

        groups.MoveNext();
        Assert.Equal(["Read soft targets of 6 of 10 images, 7 s left"], _lines);
    }

    [Fact]
    public void Canceled_run_reads_no_further_row_group()
    {
        using var groups = Groups().GetEnumerator();
        Assert.True(groups.MoveNext());
        _cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => groups.MoveNext());
    }

    [Fact]
    public void Canceled_run_computes_no_class_frequencies()
    {
        using var scope = NewDisposeScope();
        var logits = Reading().Watch(new InMemory(rand(Images, Classes)));
        Assert.Equal(Classes, ClassBalance.Shifts(logits, 1).numel());
        _cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => ClassBalance.Shifts(logits, 1));
    }

    [Fact]
    public void Class_frequencies_that_take_long_report_how_often_all_rows_were_read()
    {
        using var scope = NewDisposeScope();
        var logits = Reading().Watch(new InMemory(rand(Images, Classes), rows: 5));
        for (var i = 0; i < 4; i++)
        {
            logits.Range(i % 2 * 5, 5);
            _clock.Pass(seconds: 4);
        }

        Assert.Equal(["Computing class frequencies: read all soft targets 1.5 times"], _lines);
    }

    private SoftTargetReading Reading() => new(_lines.Add, _clock, _cancellation.Token);

    private IEnumerable<SoftTargetTable> Groups()
    {
        SoftTargetRow[] rows =
        [
            .. SoftTargetRows.FromLogits(
                [.. Enumerable.Range(0, Images).Select(image => (image, 0))],
                [.. Enumerable.Repeat(new Crop(0, 0, 1, 1, false), Images)],
                rand(Images, Classes),
                topK: 0),
        ];
        SoftTargetWriter.Write(_folder["a.parquet"], rows.Chunk(2), new Dictionary<string, string>());
        return Reading().Watch(SoftTargetTable.Groups(_folder.Path, Classes, Images), Images);
    }
}
