using System.Collections.Concurrent;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Tests.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class ParallelMapTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 3)]
    [InlineData(50, 1)]
    [InlineData(50, 3)]
    public void Pieces_begin_and_results_arrive_in_order(int count, int workers)
    {
        var begun = new List<int>();
        var results = ParallelMap.Run<int>(count, workers, piece =>
        {
            begun.Add(piece);
            return () =>
            {
                Thread.Sleep(piece % 3);
                return piece * piece;
            };
        });

        Assert.Equal(Enumerable.Range(0, count).Select(piece => piece * piece), results);
        Assert.Equal(Enumerable.Range(0, count), begun);
    }

    [Fact]
    public void Pieces_use_one_libtorch_thread_and_the_caller_keeps_its_own()
    {
        var own = get_num_threads();
        Assert.All(ParallelMap.Run<int>(6, 2, _ => get_num_threads), threads => Assert.Equal(1, threads));
        Assert.Equal(own, get_num_threads());
    }

    [Fact]
    public void Pieces_run_in_parallel()
    {
        using var meeting = new Barrier(2);
        Assert.All(ParallelMap.Run<bool>(2, 2, _ => () => meeting.SignalAndWait(TimeSpan.FromSeconds(30))), Assert.True);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Exception_is_thrown_in_place_of_its_result(bool beginning)
    {
        var taken = new List<int>();
        var thrown = Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (var result in ParallelMap.Run<int>(9, 2, Begin))
            {
                taken.Add(result);
            }
        });

        Assert.Equal("piece 4", thrown.Message);
        Assert.Equal([0, 1, 2, 3], taken);

        Func<int> Begin(int piece) => beginning && piece == 4 ? throw Fault() : () => piece == 4 ? throw Fault() : piece;
    }

    [Fact]
    public void Early_end_stops_the_work_and_disposes_of_untaken_results()
    {
        var made = new ConcurrentBag<Result>();
        foreach (var result in ParallelMap.Run<Result>(1000, 2, _ => () =>
        {
            var result = new Result();
            made.Add(result);
            return result;
        }))
        {
            result.Dispose();
            break;
        }

        Assert.InRange(made.Count, 1, 10);
        Assert.All(made, result => Assert.True(result.Disposed));
    }

    private static InvalidOperationException Fault() => new("piece 4");

    private sealed class Result : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
