using System.Globalization;
using Tests.Learning;
using Tests.Pipeline;
using Xunit.Abstractions;

namespace Tests.Fuzzing;

/// <summary>
/// Files that strangers may hand us, damaged in thousands of ways: each is read, or refused with a message, soon and in little memory. <c>make fuzz</c> does the
/// same with a million.
/// </summary>
[Collection(TorchTests.Name)]
public class FuzzTests(ITestOutputHelper output)
{
    private const long MostBytes = 512L << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static int Inputs => int.Parse(Environment.GetEnvironmentVariable("DISTILL_FUZZ_INPUTS") ?? "500", CultureInfo.InvariantCulture);

    public static TheoryData<string> Names => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_file_holds_it_is_read_or_refused(string name)
    {
        using var folder = new TempFolder();
        var target = FuzzTargets.Of(name, folder.Path);
        foreach (var original in target.Originals)
        {
            File.WriteAllBytes(folder[target.File], original);
            target.Read(folder[target.File]);
        }

        var (input, taken, problem) = (-1, 0, (string?)null);
        var thread = new Thread(() =>
        {
            for (var i = 0; i < Inputs && problem is null; i++)
            {
                Volatile.Write(ref input, i);
                problem = Try(target, folder[target.File], i, ref taken);
            }

            Volatile.Write(ref input, int.MaxValue);
        })
        { IsBackground = true };
        thread.Start();
        for (var last = -1; !thread.Join(Longest); last = Volatile.Read(ref input))
        {
            Assert.True(last != Volatile.Read(ref input), $"{name}: input {last} takes longer than {Longest.TotalSeconds} s");
        }

        Assert.True(problem is null, problem);
        output.WriteLine(FormattableString.Invariant($"{name}: {Inputs} inputs, {taken} taken, {Inputs - taken} refused"));
        Assert.True(taken < Inputs, "nothing was refused: too little is damaged to be a test");
    }

    /// <summary>Null where all is well.</summary>
    private static string? Try(FuzzTarget target, string path, int input, ref int taken)
    {
        File.WriteAllBytes(path, Mutator.Change(target.Originals, input));
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Read(path);
            taken++;
        }
        catch (Exception error) when (target.Refusals.Any(type => type.IsInstanceOfType(error)))
        {
            if (error.Message.Length == 0)
            {
                return $"{target.Name}: input {input} is refused without a word";
            }
        }
        catch (Exception error)
        {
            return $"{target.Name}: input {input} ends in {error}";
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return bytes <= MostBytes ? null : $"{target.Name}: input {input} takes {bytes >> 20} MiB";
    }
}
