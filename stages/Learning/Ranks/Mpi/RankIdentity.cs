using System.Globalization;
using System.Text;
using Distill.Pipeline.Storage;

namespace Distill.Learning.Ranks.Mpi;

/// <summary>What ranks tell each other about their processes.</summary>
/// <param name="Host">Name of the machine.</param>
/// <param name="ProcessId">Number of the process there.</param>
/// <param name="Cores">Hash of the cores that the process may run on.</param>
internal sealed record RankIdentity(string Host, int ProcessId, uint Cores)
{
    /// <summary>Length of <see cref="ToBytes"/>, so that all ranks send as much. A host name has 64 bytes at most.</summary>
    public const int Length = 128;

    private const string AllowedCores = "Cpus_allowed_list:";

    public static RankIdentity OfThisProcess()
    {
        var cores = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(AllowedCores, StringComparison.Ordinal));
        return new RankIdentity(Environment.MachineName, Environment.ProcessId, Crc32C.Compute(Encoding.UTF8.GetBytes(cores ?? "")));
    }

    /// <summary>Reads the result of <see cref="ToBytes"/>.</summary>
    public static RankIdentity Parse(byte[] bytes)
    {
        var parts = Encoding.UTF8.GetString(bytes).TrimEnd('\0').Split('\n');
        return new RankIdentity(
            parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), uint.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Host}\n{ProcessId}\n{Cores}"), bytes);
        return bytes;
    }

    public override string ToString() => FormattableString.Invariant($"process {ProcessId} on {Host}");
}
