using System.Globalization;
using Distill.Imaging.SoftTargets;
using Distill.Pipeline.Progress;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>Watches how all soft targets are read: it stops when the run is canceled, and writes a line every ten seconds.</summary>
/// <param name="log">Takes the lines.</param>
/// <param name="time">Clock.</param>
/// <param name="cancellation">Cancels the run.</param>
internal sealed class SoftTargetReading(Action<string> log, TimeProvider time, CancellationToken cancellation)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    /// <summary>Watches the row groups of the files.</summary>
    /// <param name="groups">The row groups, which labeling writes in the order of the images.</param>
    /// <param name="images">Number of training images.</param>
    public IEnumerable<SoftTargetTable> Watch(IEnumerable<SoftTargetTable> groups, int images)
    {
        var progress = new PassProgress("Read soft targets of", "images", images, log, time);
        var done = 0;
        foreach (var group in groups)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = Math.Max(done, group.Images.LastOrDefault(-1) + 1);
            progress.Add(next - done);
            done = next;
            yield return group;
        }
    }

    /// <summary>Watches logits that are read as often as a computation needs, which is not known before.</summary>
    public ISoftTargetLogits Watch(ISoftTargetLogits logits) => new Logits(logits, log, time, cancellation);

    private sealed class Logits(ISoftTargetLogits logits, Action<string> log, TimeProvider time, CancellationToken cancellation)
        : ISoftTargetLogits
    {
        private long _reported = time.GetTimestamp();
        private long _rows;

        public int Count => logits.Count;

        public int Classes => logits.Classes;

        public Device Device => logits.Device;

        public int RowsAtOnce => logits.RowsAtOnce;

        public Tensor Range(int start, int count)
        {
            cancellation.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(_reported) >= ReportEvery)
            {
                _reported = time.GetTimestamp();
                var times = (double)_rows / Count;
                log(string.Create(CultureInfo.InvariantCulture, $"Computing class frequencies: read all soft targets {times:0.0} times"));
            }

            _rows += count;
            return logits.Range(start, count);
        }

        public Tensor Take(IReadOnlyList<int> rows_N) => logits.Take(rows_N);
    }
}
