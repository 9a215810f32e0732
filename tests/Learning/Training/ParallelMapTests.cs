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
    public void Results_and_beginnings_are_in_order(int count, int workers)
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
    public void Each_piece_has_one_of_libtorchs_threads_and_the_caller_keeps_its_own()
    {
        var own = get_num_threads();
        Assert.All(ParallelMap.Run<int>(6, 2, _ => get_num_threads), threads => Assert.Equal(1, threads));
        Assert.Equal(own, get_num_threads());
    }

    [Fact]
    public void Pieces_are_worked_on_at_the_same_time()
    {
        using var meeting = new Barrier(2);
        Assert.All(ParallelMap.Run<bool>(2, 2, _ => () => meeting.SignalAndWait(TimeSpan.FromSeconds(30))), Assert.True);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_fails_is_thrown_in_its_place(bool beginning)
    {
        var taken = new List<int>();
        var thrown = Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (var result in ParallelMap.Run<int>(9, 2, piece => beginning && piece == 4 ? throw Fault() : () => piece == 4 ? throw Fault() : piece))
            {
                taken.Add(result);
            }
        });
        Assert.Equal("piece 4", thrown.Message);
        Assert.Equal([0, 1, 2, 3], taken);
    }

    [Fact]
    public void Leaving_off_ends_the_work_and_disposes_of_what_nobody_took()
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
