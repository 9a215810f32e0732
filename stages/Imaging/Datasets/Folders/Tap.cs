namespace Stages.Imaging.Datasets.Folders;

/// <summary>The weights with which neighbouring inputs, from <paramref name="First"/> on, make one output.</summary>
internal readonly record struct Tap(int First, float[] Weights)
{
    public float Sum(byte[] values, int start, int stride)
    {
        var sum = 0f;
        for (var i = 0; i < Weights.Length; i++)
        {
            sum += Weights[i] * values[start + (First + i) * stride];
        }

        return sum;
    }

    public float Sum(float[] values, int start, int stride)
    {
        var sum = 0f;
        for (var i = 0; i < Weights.Length; i++)
        {
            sum += Weights[i] * values[start + (First + i) * stride];
        }

        return sum;
    }
}
