using System.Globalization;
using Tests.Learning;
using Tests.Pipeline;
using Xunit.Abstractions;

namespace Tests.Fuzzing;

/// <summary>
/// Files of strangers, damaged in thousands of ways. Each is read, or refused with a message, in limited time and memory.
/// <c>make fuzz</c> does the same with a million files.
/// </summary>
[Trait("Category", "Slow")]
[Collection(TorchTests.Name)]
public class FuzzTests(ITestOutputHelper output)
{
    private const long MaximumBytes = 512L << 20;
    private static readonly TimeSpan MaximumTime = TimeSpan.FromSeconds(20);

    private static int Inputs =>
        int.Parse(Environment.GetEnvironmentVariable("DISTILL_FUZZ_INPUTS") ?? "500", CultureInfo.InvariantCulture);

    public static TheoryData<string> Names => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_damaged_file_is_read_or_refused_with_a_message(string name)
    {
        using var folder = new TempFolder();
        var target = FuzzTargets.Create(name, folder.Path);
        foreach (var original in target.Originals)
        {
            File.WriteAllBytes(folder[target.File], original);
            target.Read(folder[target.File]);
        }

        var (input, accepted, problem) = (-1, 0, (string?)null);
        var thread = new Thread(() =>
        {
            for (var i = 0; i < Inputs && problem is null; i++)
            {
                Volatile.Write(ref input, i);
                problem = Try(target, folder[target.File], i, ref accepted);
            }

            Volatile.Write(ref input, int.MaxValue);
        })
        { IsBackground = true };
        thread.Start();
        for (var last = -1; !thread.Join(MaximumTime); last = Volatile.Read(ref input))
        {
            Assert.True(last != Volatile.Read(ref input), $"{name}: input {last} takes longer than {MaximumTime.TotalSeconds} s");
        }

        Assert.True(problem is null, problem);
        output.WriteLine(FormattableString.Invariant($"{name}: {Inputs} inputs, {accepted} accepted, {Inputs - accepted} refused"));
        Assert.True(accepted < Inputs, "no input was refused: the damage is too small for a test");
    }

    /// <summary>Reads one damaged file, and describes the problem; null if it was read or refused properly.</summary>
    private static string? Try(FuzzTarget target, string path, int input, ref int accepted)
    {
        File.WriteAllBytes(path, Mutator.Change(target.Originals, input));
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Read(path);
            accepted++;
        }
        catch (Exception error) when (target.Refusals.Any(type => type.IsInstanceOfType(error)))
        {
            if (error.Message.Length == 0)
            {
                return $"{target.Name}: input {input} is refused without a message";
            }
        }
        catch (Exception error)
        {
            return $"{target.Name}: input {input} throws {error}";
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return bytes <= MaximumBytes ? null : $"{target.Name}: input {input} allocates {bytes >> 20} MiB";
    }
}
