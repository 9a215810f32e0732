using static TorchSharp.torch;

namespace Distill.Learning.Ranks;

/// <summary>One process that trains alone.</summary>
public sealed class Alone : IRanks
{
    public static readonly Alone Instance = new();

    private Alone()
    {
    }

    public int Rank => 0;

    public int Count => 1;

    public RankPlacement Placement => RankPlacement.Alone;

    public bool IsTraining
    {
        get => false;
        set { }
    }

    public long[] Exchange(long word) => [word];

    public Tensor Gather(Tensor rows_MD) => rows_MD.alias();

    public void Sum(Tensor values)
    {
    }

    public void Broadcast(Tensor values)
    {
    }

    public byte[] Broadcast(byte[]? message) => message!;

    public void Leave(int exitCode)
    {
    }
}
