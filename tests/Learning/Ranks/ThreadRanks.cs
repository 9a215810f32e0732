using Distill.Learning.Ranks;
using static TorchSharp.torch;

namespace Tests.Learning.Ranks;

/// <summary>Ranks that are threads of the test.</summary>
internal sealed class ThreadRanks : IRanks
{
    private readonly Team _team;

    private ThreadRanks(Team team, int rank) => (_team, Rank) = (team, rank);

    public int Rank { get; }

    public int Count => _team.Values.Length;

    public RankPlacement Placement => new(Rank, Count, Count);

    public bool IsTraining { get; set; }

    /// <summary>Runs work on so many ranks, each with one thread for libtorch. Throws what a rank threw, the lowest one first.</summary>
    public static void Run(int count, Action<IRanks> work)
    {
        using var team = new Team(count);
        var faults = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(rank => new Thread(
            () =>
            {
                _ = get_num_threads();
                set_num_threads(1);
                try
                {
                    work(new ThreadRanks(team, rank));
                }
                catch (Exception error)
                {
                    faults[rank] = error;
                    team.Stop.Cancel();
                }
            },
            16 << 20))];
        var own = get_num_threads();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        set_num_threads(own);
        var all = faults.OfType<Exception>().ToArray();
        var cause = all.FirstOrDefault(fault => fault is not OperationCanceledException) ?? all.FirstOrDefault();
        if (cause is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }
    }

    public long[] Exchange(long word) => Share(word, all => all);

    public Tensor Gather(Tensor rows_MD) => Share(rows_MD, all => cat(all));

    public void Sum(Tensor values)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        values.copy_(Share(values, all => SumOf(all)));

        static Tensor SumOf(Span<Tensor> all)
        {
            var half = (all.Length + 1) / 2;
            return all.Length == 1 ? all[0] : SumOf(all[..half]).add(SumOf(all[half..]));
        }
    }

    public void Broadcast(Tensor values)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        values.copy_(Share(values, all => all[0].clone()));
    }

    public byte[] Broadcast(byte[]? message) => Share(message, all => all[0])!;

    public void Leave(int exitCode)
    {
    }

    /// <summary>Makes something of the values of all ranks, which stay as they are until every rank has.</summary>
    private TResult Share<T, TResult>(T value, Func<T[], TResult> make)
    {
        _team.Values[Rank] = value;
        _team.Barrier.SignalAndWait(_team.Stop.Token);
        var result = make([.. _team.Values.Cast<T>()]);
        _team.Barrier.SignalAndWait(_team.Stop.Token);
        return result;
    }

    private sealed class Team(int count) : IDisposable
    {
        public object?[] Values { get; } = new object?[count];

        public Barrier Barrier { get; } = new(count);

        public CancellationTokenSource Stop { get; } = new();

        public void Dispose()
        {
            Barrier.Dispose();
            Stop.Dispose();
        }
    }
}
