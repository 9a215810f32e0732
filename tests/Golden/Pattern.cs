using System.Text;
using static TorchSharp.torch;

namespace Tests.Golden;

/// <summary>Closed-form numbers, so golden files need not contain weights and inputs. The functions in golden.py are the same.</summary>
internal static class Pattern
{
    /// <summary>Returns numbers in [−1, 1) that depend only on key and index.</summary>
    public static Tensor Uniform(string key, params long[] shape)
    {
        const long mask = 0x7FFFFFFF;
        var seed = Encoding.UTF8.GetBytes(key).Aggregate(2166136261L, (hash, octet) => ((hash ^ octet) * 16777619) & 0xFFFFFFFF);
        var values = new float[shape.Aggregate(1L, (size, dimension) => size * dimension)];
        for (var i = 0; i < values.Length; i++)
        {
            var x = (i * 1103515245L + seed) & mask;
            x = ((x ^ (x >> 15)) * 73244475) & mask;
            x = ((x ^ (x >> 15)) * 73244475) & mask;
            x ^= x >> 16;
            values[i] = (float)(x / (double)(1 << 30) - 1);
        }

        return tensor(values, shape);
    }

    /// <summary>Returns the value of a parameter or buffer with this key and shape.</summary>
    public static Tensor Weight(string key, long[] shape)
    {
        if (key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        {
            return tensor(7L);
        }

        var uniform = Uniform(key, shape);
        return key.Split('.')[^1] switch
        {
            "weight" when key.EndsWith("bn3.weight", StringComparison.Ordinal) => uniform.mul(0.1).add(0.2),
            "running_var" => uniform.mul(0.3).add(1),
            "running_mean" or "bias" => uniform.mul(0.1),
            _ when shape.Length == 1 => uniform.mul(0.2).add(0.5),
            _ => uniform.mul(Math.Sqrt(6.0 / (uniform.numel() / shape[0]))),
        };
    }

    /// <summary>Sets every parameter and buffer to its closed form.</summary>
    public static void Fill(nn.Module network)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (key, value) in network.state_dict())
        {
            value.copy_(Weight(key, value.shape));
        }
    }
}
